"""Working copies of what is slow in ways of its own: one tile of JPEG 2000, pages, and images far away."""

from __future__ import annotations

import pytest
from PIL import Image

from caching.backends.source_filesystem import SourceFilesystemCache
from caching.models import Cache
from caching.registry import caches
from caching.working_copies import copy_store
from iiifserver.iiif.errors import Unreadable
from iiifserver.testing.drawing import drawn, encoded, likeness
from images.copies import making
from images.copies.of_sources import Reached
from images.jobs import queue
from images.jobs.model import Job, JobState
from images.metrics import handed_out_total
from images.runtime import keeper
from sources.models import Source
from tests.images.copies.conftest import done
from tests.processors.backends.pdfs import picture_pdf
from tests.sources.web_server import web_server

SIZE = (1536, 1100)
ALIKE = 34
TILE = "512,512,512,512/512,512/0/default.jpg"


def is_handed_out(service, identifier: str) -> bool:
    """Whether a tile is answered as its file stores it, with nothing decoded."""
    before = handed_out_total._value.get()
    assert service.get(f"/iiif/3/{identifier}/{TILE}").status_code == 200
    return handed_out_total._value.get() == before + 1


def draw_book(service, name: str, pages: int) -> None:
    """A TIFF in which every second page is the mirror image of the first."""
    page = drawn(*SIZE)
    mirrored = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    service.draw(name, page, save_all=True, append_images=[(mirrored, page)[number % 2] for number in range(pages - 1)])


def test_a_jpeg_2000_of_one_tile(service, copied):
    service.draw("scan.jp2", drawn(*SIZE), quality_mode="rates", quality_layers=[10])
    before = service.image(TILE, "scan.jp2")
    assert "tiles" not in service.info("scan.jp2") or not is_handed_out(service, "scan.jp2")
    assert copied("scan.jp2").state == JobState.DONE
    assert is_handed_out(service, "scan.jp2")
    assert likeness(service.image(TILE, "scan.jp2"), before) > ALIKE


def test_the_pages_of_a_pdf(service, copied):
    pytest.importorskip("pypdfium2", reason="PDFs are read with pypdfium2: pip install pypdfium2")
    (service.folder / "letter.pdf").write_bytes(picture_pdf(drawn(*SIZE)))
    before = service.image(TILE, "letter.pdf")
    assert copied("letter.pdf").state == JobState.DONE
    assert is_handed_out(service, "letter.pdf")
    assert likeness(service.image(TILE, "letter.pdf"), before) > ALIKE


def test_each_page_has_a_copy_of_its_own(service, copied):
    draw_book(service, "book.tif", 2)
    assert copied("book.tif", page=2).state == JobState.DONE
    assert is_handed_out(service, "book.tif;2")
    assert not is_handed_out(service, "book.tif")
    first, second = (service.image(TILE, name) for name in ("book.tif", "book.tif;2"))
    assert likeness(second, first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > ALIKE


@pytest.fixture
def web(service, fence, monkeypatch):
    """A web server with a large JPEG, which is the only source."""
    monkeypatch.setitem(caches._backends, "source_filesystem", SourceFilesystemCache)
    fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
    Source.objects.all().delete()
    Cache.objects.filter(kind="source_filesystem").delete()
    with web_server() as server:
        server.put("/large.jpg", encoded(drawn(*SIZE), "JPEG", quality=95))
        options = {"base_url": f"{server.address}/", "mode": "head", "shared_cache_megabytes": 0}
        Source.objects.create(name="Web", kind="http", options=options)
        keeper.forget()
        yield server


@pytest.mark.parametrize("is_kept", [True, False], ids=["with a source cache", "without"])
def test_an_image_far_away_is_fetched_once_for_its_copy_and_then_no_more(service, rules, copied, web, is_kept):
    if is_kept:
        Cache.objects.create(name="Files", kind="source_filesystem")
        keeper.forget()
    job = copied("large.jpg")
    assert job.state == JobState.DONE, job.outcome
    ranges = [request.headers.get("range", "bytes=0-") for request in web.requests if request.method == "GET"]
    behind_the_header = [asked for asked in ranges if not asked.startswith("bytes=0-")]
    assert len(behind_the_header) == 1 if is_kept else len(behind_the_header) > 1
    service.info("large.jpg")
    web.requests.clear()
    assert is_handed_out(service, "large.jpg")
    assert web.sent == 0


# --- Whole sources -----------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(service, rules):
    """A source with a book of three pages and a photograph."""
    (service.folder / "card.png").unlink()
    draw_book(service, "a-book.tif", 3)
    service.draw("photograph.jpg", drawn(*SIZE))
    return service


def whole_source(**position) -> Job:
    job = queue.order("copies", {"source": "FilesystemSource", "folder": ""})
    Job.objects.filter(pk=job.pk).update(position=position or None)
    return done(Job.objects.get(pk=job.pk))


def test_every_page_of_every_image_is_copied(shelf):
    assert whole_source().outcome == "2 images looked at, 4 working copies made."
    assert copy_store().usage().entries == 4
    assert all(is_handed_out(shelf, f"a-book.tif;{page}") for page in (1, 2, 3))


def test_it_goes_on_with_the_page_behind_the_last_one(shelf):
    job = whole_source(after="", current="a-book.tif", pages=2, images=0, made=2)
    assert job.outcome == "2 images looked at, 4 working copies made."
    assert copy_store().usage().entries == 2


def test_pages_of_another_image_are_not_taken_for_done(shelf):
    assert Reached(current="gone.tif", pages=2).begin("a-book.tif") == 0
    job = whole_source(after="", current="gone.tif", pages=2)
    assert job.outcome == "2 images looked at, 4 working copies made."


def test_a_page_that_cannot_be_read_keeps_no_other_from_being_copied(shelf, monkeypatch):
    write = making.write

    def damaged(source, page, *rest):
        if page == 2:
            raise Unreadable("This page is damaged.")
        write(source, page, *rest)

    monkeypatch.setattr(making, "write", damaged)
    outcome = "2 images looked at, 3 working copies made. 1 could not be copied, the first: "
    assert whole_source().outcome == f"{outcome}a-book.tif, page 2: This page is damaged."
