"""Documents, drawings and films from their address to the picture."""

from __future__ import annotations

import pytest

from docs.examples.qoi_processor import QoiProcessor
from iiifserver.iiif import source_formats
from iiifserver.iiif.source_formats import PICTURES
from iiifserver.testing import drawn
from images.runtime import keeper
from processors.models import Processor
from processors.registry import processors
from sources.models import Source
from tests.images.conftest import RED, draw_card, picture
from tests.processors.backends.films import gray_film
from tests.processors.backends.pdfs import book, picture_pdf

SQUARE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="red"/></svg>'
)


def put(service, name: str, content: bytes) -> None:
    (service.folder / name).write_bytes(content)


def test_pages_of_a_pdf_are_images(service):
    """Cantaloupe's lesson 57."""
    pytest.importorskip("pypdfium2", reason="PDFs are read with pypdfium2: pip install pypdfium2")
    put(service, "book.pdf", book([(72, 72), (144, 72)]))
    assert [service.info(f"book.pdf{page}")["width"] for page in ("", ";1", ";2")] == [150, 150, 300]
    assert service.image("full/max/0/default.png", "book.pdf;2").size == (300, 150)
    assert service.get("/iiif/3/book.pdf;3/info.json").status_code == 400


def test_a_tile_of_a_pdf_is_a_tile_of_its_page(service):
    pytest.importorskip("pypdfium2", reason="PDFs are read with pypdfium2: pip install pypdfium2")
    put(service, "page.pdf", picture_pdf(drawn(300, 200)))
    assert service.image("100,50,100,100/50,/!90/gray.jpg", "page.pdf").size == (50, 50)


def test_a_time_of_a_film_is_an_image(service):
    """Cantaloupe's lesson 57."""
    pytest.importorskip("av", reason="Films are read with PyAV: pip install av")
    put(service, "film.mp4", gray_film(5))
    lights = [
        service.image("full/max/0/default.png", f"film.mp4{time}").convert("L").getpixel((30, 20))
        for time in ("", ";00:00:02", ";00:00:04", ";5")
    ]
    assert [round(light / 10) for light in lights] == [0, 2, 4, 4]
    assert service.get("/iiif/3/film.mp4;00:00:05/info.json").status_code == 400


def test_two_times_of_a_film_are_two_cache_entries(service):
    pytest.importorskip("av", reason="Films are read with PyAV: pip install av")
    put(service, "film.mp4", gray_film(5))
    tags = {service.get(f"/iiif/3/film.mp4;00:00:0{n}/full/max/0/default.jpg")["ETag"] for n in range(3)}
    assert len(tags) == 3


def test_a_drawing_is_only_ever_a_picture(service):
    pytest.importorskip("resvg_py", reason="SVGs are drawn with resvg-py: pip install resvg-py")
    put(service, "square.svg", SQUARE)
    answer = service.get("/iiif/3/square.svg/full/max/0/default.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert service.get("/iiif/3/square.svg/full/max/0/default.svg").status_code == 400


def test_a_source_gives_what_staff_allow(service):
    pytest.importorskip("resvg_py", reason="SVGs are drawn with resvg-py: pip install resvg-py")
    put(service, "square.png", SQUARE)
    source = Source.objects.get(name="FilesystemSource")
    source.formats = sorted(PICTURES)
    source.save()
    keeper.forget()
    answer = service.get("/iiif/3/square.png/full/max/0/default.png")
    assert answer.status_code == 501
    assert "SVG are not read from this source" in answer.content.decode()


def test_a_picture_that_was_remembered_is_closed_with_its_format(service):
    pytest.importorskip("resvg_py", reason="SVGs are drawn with resvg-py: pip install resvg-py")
    put(service, "square.svg", SQUARE)
    address = "/iiif/3/square.svg/full/max/0/default.png"
    assert service.get(address).status_code == 200
    source = Source.objects.get(name="FilesystemSource")
    source.formats = ["png"]
    source.save()
    keeper.forget()
    assert service.get(address).status_code == 501


def test_without_a_processor_for_it_a_format_is_not_read(service):
    put(service, "book.pdf", book([(72, 72)]))
    Processor.objects.filter(kind="pdf").delete()
    keeper.forget()
    answer = service.get("/iiif/3/book.pdf/info.json")
    assert answer.status_code == 501
    assert "PDF cannot be read here" in answer.content.decode()


def test_a_format_of_a_plug_in_is_an_image_once_staff_have_chosen_it(service, monkeypatch):
    monkeypatch.setattr(source_formats, "_brought", {})
    monkeypatch.setattr(processors, "_backends", dict(processors._backends))
    processors.register("qoi", QoiProcessor)
    Processor.objects.create(name="QOI", kind="qoi")
    service.draw("small.qoi", draw_card((30, 20)))
    keeper.forget()
    unchosen = service.get("/iiif/3/small.qoi/info.json")
    assert (unchosen.status_code, unchosen.content) == (501, b"Files of the kind QOI are not read from this source.\n")
    source = Source.objects.get(name="FilesystemSource")
    source.formats = sorted([*source.formats, "qoi"])
    source.full_clean()
    source.save()
    keeper.forget()
    assert service.info("small.qoi")["width"] == 30
    assert picture(service.get("/iiif/3/small.qoi/0,0,15,10/max/0/default.png")).getpixel((7, 5)) == RED
