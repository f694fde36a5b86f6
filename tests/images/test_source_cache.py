"""Images of a web server whose whole files are kept on this machine."""

from __future__ import annotations

import io
import time

import pytest
from django.core.management import call_command
from PIL import Image

from caching.backends import source_filesystem
from caching.backends.source_filesystem import SourceFilesystemCache
from caching.invalidations import outdate
from caching.models import Cache
from caching.purges import Purge, Scope
from caching.purging import PurgeOrder, What
from caching.registry import caches
from images.jobs.purging import order_purge
from images.runtime import current_runtime, keeper
from images.status import current_status
from processors.models import Processor
from processors.retrieval_options import Retrieval
from sources.models import Source
from tests.images.api.conftest import own_process  # noqa: F401 - a fixture for every test here
from tests.images.conftest import draw_card
from tests.images.copies.conftest import done
from tests.sources.web_server import web_server

TILE = "/iiif/3/card.jpg/0,0,100,100/50,/0/default.jpg"
OTHER_TILE = "/iiif/3/card.jpg/100,0,100,100/50,/0/default.jpg"
SIZE = (600, 400)


def jpeg_of(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def web(service, fence, monkeypatch):
    """A web server with an image, which is the only source, and Pillow, which reads files from beginning to end."""
    monkeypatch.setitem(caches._backends, "source_filesystem", SourceFilesystemCache)
    fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
    Processor.objects.exclude(kind="pillow").delete()
    Cache.objects.exclude(kind="info_memory").delete()
    Cache.objects.create(name="Files", kind="source_filesystem")
    Source.objects.all().delete()
    with web_server() as server:
        server.put("/card.jpg", jpeg_of(draw_card(SIZE)))
        options = {"base_url": f"{server.address}/", "mode": "head", "shared_cache_megabytes": 0}
        Source.objects.create(name="Web", kind="http", options={**options, "look_again_seconds": 0})
        keeper.forget()
        yield server


def processor_with(**options) -> None:
    Processor.objects.update(options=options)
    keeper.forget()


def whole_gets(web) -> int:
    """How often the whole file came."""
    size = web.files["/card.jpg"].size
    return sum(request.sent == size for request in web.requests if request.method == "GET")


def kept() -> int:
    return SourceFilesystemCache.build({}).usage().entries


def test_the_first_picture_has_the_file_kept_and_the_next_ones_ask_for_nothing(service, web):
    info = service.get("/iiif/3/card.jpg/info.json")
    assert (info.status_code, kept()) == (200, 0)
    assert service.get(TILE).status_code == 200
    web.requests.clear()
    assert service.get(OTHER_TILE).status_code == 200
    assert (kept(), web.sent) == (1, 0)


def test_a_changed_image_is_fetched_anew(service, web):
    service.get(TILE)
    web.put("/card.jpg", jpeg_of(Image.new("RGB", SIZE, "black")))
    assert service.image("0,0,100,100/50,/0/default.jpg", "card.jpg").getpixel((9, 9)) == (0, 0, 0)
    assert kept() == 2


@pytest.mark.parametrize(("retrieval", "entries"), [("stream", 0), ("download", 0), ("cache", 1)])
def test_staff_choose_the_way(service, web, retrieval, entries):
    processor_with(retrieval=retrieval)
    assert service.get(TILE).status_code == 200
    assert kept() == entries


@pytest.mark.parametrize("fallback", ["stream", "download"])
def test_with_a_full_disk_the_image_is_served_all_the_same(service, web, fallback, monkeypatch, caplog):
    def full(file, content):
        raise OSError(28, "No space left on device")

    processor_with(retrieval=Retrieval.CACHE.value, fallback=fallback)
    monkeypatch.setattr(source_filesystem, "write_all", full)
    assert service.get(TILE).status_code == 200
    assert "Writing to the cache “Files” fails and is passed by" in caplog.text
    (files,) = (cache for cache in current_status(current_runtime()).caches if cache.name == "Files")
    assert files.failures >= 1


def test_without_a_cache_the_second_choice_may_be_to_leave_it(service, web):
    Cache.objects.filter(kind="source_filesystem").delete()
    processor_with(retrieval="cache", fallback="refuse")
    response = service.get(TILE)
    assert response.status_code == 501
    assert b"cannot be read here" in response.content


def test_a_file_that_is_too_large_to_keep_is_read_from_where_it_is(service, web, monkeypatch):
    monkeypatch.setattr("processors.retrieval_options.MEGABYTE", 1)
    assert service.get(TILE).status_code == 200
    assert kept() == 0


@pytest.mark.parametrize(
    "order",
    [
        PurgeOrder(),
        PurgeOrder(What.IDENTIFIER, "card.jpg"),
        PurgeOrder(What.PREFIX, "car"),
        PurgeOrder(What.SOURCE, "Web"),
    ],
    ids=lambda order: order.what,
)
def test_a_purge_takes_the_file_along(service, web, order):
    service.get(TILE)
    job = order_purge(order)
    web.requests.clear()
    service.get(TILE)
    assert whole_gets(web) == 1, "It holds before its job is done."
    assert done(job).outcome.startswith("1 entry")
    assert kept() == 0


@pytest.mark.parametrize("order", [PurgeOrder(What.INFOS), PurgeOrder(What.EXPIRED)], ids=lambda order: order.what)
def test_another_purge_leaves_it(service, web, order):
    service.get(TILE)
    done(order_purge(order))
    assert kept() == 1


def test_a_purge_of_old_pictures_leaves_it_and_so_does_what_follows(service, web):
    service.get(TILE)
    done(order_purge(PurgeOrder(What.OLDER, str(time.time() + 60))))
    call_command("iiif_maintain", "reclaim", verbosity=0)
    assert kept() == 1


def test_maintenance_reclaims_a_file_that_another_machine_has_purged(service, web):
    service.get(TILE)
    outdate([Purge(Scope.PREFIX, "card")])
    call_command("iiif_maintain", "reclaim", verbosity=0)
    assert kept() == 0


def test_maintenance_finds_a_damaged_file(service, web):
    service.get(TILE)
    (place,) = (path for path in SourceFilesystemCache.build({}).folder.rglob("*.note"))
    content = place.with_suffix("").read_bytes()
    place.with_suffix("").write_bytes(bytes(len(content)))
    call_command("iiif_maintain", "verify", verbosity=0)
    assert kept() == 0


def test_who_has_an_image_made_anew_has_its_file_fetched_anew(service, web, admin_client):
    service.get(TILE)
    service.client = admin_client
    web.requests.clear()
    assert service.get(f"{TILE}?cache=recache").status_code == 200
    assert whole_gets(web) >= 1
    web.requests.clear()
    assert service.get(f"{OTHER_TILE}?cache=false").status_code == 200
    assert web.sent > 0


def test_the_status_page_tells_what_is_kept(service, web):
    Cache.objects.filter(name="Files").update(name="Files for the Status page")
    keeper.forget()
    service.get(TILE)
    service.get(OTHER_TILE)
    (files,) = (cache for cache in current_status(current_runtime()).caches if cache.name.endswith("Status page"))
    assert (files.entries, files.hits, files.misses) == (1, 1, 1)
    assert files.bytes == web.files["/card.jpg"].size
