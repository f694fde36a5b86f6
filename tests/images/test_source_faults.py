"""What visitors get when a source fails, and that nothing wrong is remembered of it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from PIL import Image

from images import metrics
from images.runtime import keeper
from images.status import current_status
from sources import local_files
from sources.models import Source
from sources.steady_file import SteadyFile
from tests.images.conftest import BLUE, RED, picture
from tests.sources.web_server import Handler, WebServer, web_server

PICTURE = "/iiif/3/a.bmp/full/max/0/default.png"
SIZE = (400, 300)


def bmp(colour: tuple[int, int, int]) -> bytes:
    """Rows of bytes as they are: half of one and half of another would be a sound file."""
    buffer = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(buffer, "BMP")
    return buffer.getvalue()


OLD, NEW = bmp(RED), bmp(BLUE)


@pytest.fixture
def web(fence):
    fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
    with web_server() as server:
        yield server


@pytest.fixture
def only(service) -> Callable[..., Source]:
    """Makes a row the only source."""

    def put(kind: str, **options: object) -> Source:
        Source.objects.all().delete()
        row = Source.objects.create(name="Only", kind=kind, position=1, options=options)
        keeper.forget()
        return row

    return put


def renders() -> int:
    return metrics.total(metrics.collected(), "iiifserver_renders_total")


def test_an_unmounted_folder_is_unavailable_and_nothing_is_purged(service):
    address = "/iiif/3/card.png/full/100,/0/default.jpg"
    before = service.get(address).content
    made = renders()
    service.folder.rename(service.folder.with_name("away"))
    for exchanged in (False, True):
        if exchanged:
            service.folder.mkdir()
        answer = service.get(address)
        assert (answer.status_code, answer["Cache-Control"], "Retry-After" in answer) == (503, "no-store", True)
    service.folder.rmdir()
    service.folder.with_name("away").rename(service.folder)
    assert service.get(address).content == before
    assert renders() == made


# A file that is replaced while it is read


def replaced_in_place(service, only, web, monkeypatch) -> None:
    """Somebody copies another file over it, after half of it was read."""
    path = service.folder / "a.bmp"
    path.write_bytes(OLD)
    os.utime(path, (1_000_000_000, 1_000_000_000))

    class Meddled(SteadyFile):
        def read(self, size: int | None = -1) -> bytes:
            content = super().read(size)
            if self.tell() > len(OLD) // 2 and path.read_bytes() == OLD:
                path.write_bytes(NEW)
            return content

    monkeypatch.setattr(local_files, "SteadyFile", Meddled)


def replaced_on_the_web(service, only, web: WebServer, monkeypatch) -> None:
    only("http", base_url=f"{web.address}/")
    replace_after_the_first_piece(web, "/a.bmp")


def replaced_in_s3(service, only, web: WebServer, monkeypatch) -> None:
    only("s3", bucket="pictures", endpoint=web.address, addressing="path", credentials="anonymous")
    replace_after_the_first_piece(web, "/pictures/a.bmp")


def replace_after_the_first_piece(web: WebServer, path: str) -> None:
    web.put(path, OLD, modified=1_000_000_000)

    def replace(handler: Handler) -> bool:
        if not handler.request_seen.headers.get("range", "").startswith("bytes=0-"):
            web.put(path, NEW, modified=1_000_000_060)
        return False

    web.fault = replace


@pytest.mark.parametrize("being", [replaced_in_place, replaced_on_the_web, replaced_in_s3])
def test_a_file_that_is_replaced_while_it_is_read_is_never_mixed(service, only, web, monkeypatch, being):
    being(service, only, web, monkeypatch)
    for _ in range(2):
        assert picture(service.get(PICTURE)).getcolors() == [(SIZE[0] * SIZE[1], BLUE)]


# What each failure is called


def answering(status: int) -> Callable[[Handler], bool]:
    def answer(handler: Handler) -> bool:
        handler.answer(status, {"Content-Length": "0"})
        return True

    return answer


def saying_nothing(handler: Handler) -> bool:
    handler.close_connection = True
    return handler.web.stop.wait(20)


def babbling(handler: Handler) -> bool:
    handler.close_connection = True
    handler.answer(206, {"Content-Length": "5", "Content-Range": "a piece"})
    handler.body(b"hello")
    return True


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (answering(404), 404),
        (answering(403), 403),
        (answering(505), 503),
        (saying_nothing, 504),
        (babbling, 502),
    ],
    ids=["missing", "refused", "unreachable", "too slow", "nonsense"],
)
def test_each_failure_has_its_status(service, only, web: WebServer, fault, status: int):
    only("http", base_url=f"{web.address}/", whole_seconds=0.5)
    web.fault = fault
    answer = service.get(PICTURE)
    assert (answer.status_code, "Retry-After" in answer) == (status, status == 503)
    assert web.address.encode() not in answer.content


def test_a_source_that_fails_again_and_again_is_asked_less_often_and_red_on_status(service, only, web: WebServer):
    only("http", base_url=f"{web.address}/")
    Source.objects.create(name="Folder", kind="filesystem", position=2, options={"path_prefix": str(service.folder)})
    keeper.forget()
    web.fault = answering(505)
    for _ in range(5):
        assert service.get("/iiif/3/card.png/info.json").status_code == 200
        assert service.get(PICTURE).status_code == 503
    assert len(web.requests) == 5
    keeper.forget()
    told = dict(current_status(keeper.current()).sources)
    assert "fail" in told["Only"]
    assert told["Folder"] == ""


def test_a_signature_that_has_expired_is_no_missing_image(service, only, web: WebServer):
    only("http", base_url=f"{web.address}/?X-Amz-Expires=1&X-Amz-Signature=0")
    web.fault = answering(403)
    assert service.get(PICTURE).status_code == 403


def test_a_bucket_that_is_gone_is_no_missing_image(service, only, web: WebServer, s3_address: str):
    only("s3", bucket="gone", endpoint=s3_address, addressing="path", credentials="anonymous")
    answer = service.get(PICTURE)
    assert (answer.status_code, b"bucket" in answer.content) == (503, True)
