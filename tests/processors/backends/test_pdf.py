from __future__ import annotations

import errno
import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge, Overloaded, SourceUnavailable, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, plan_for, rendered
from processors.backends import pdf as pdf_backend
from processors.backends.pdf import PdfProcessor
from tests.processors.backends.pdfs import book, page_with, pdf, picture_pdf, stream

pytest.importorskip("pypdfium2", reason="PDFs are read with pypdfium2: pip install pypdfium2")


def reader(**options) -> PdfProcessor:
    return PdfProcessor.build(options)


class TestPdf(ProcessorContract):
    @pytest.fixture
    def processor(self) -> PdfProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return picture_pdf(image, orientation)


# --- Facts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dpi", "extent"), [(72, Extent(144, 96)), (150, Extent(300, 200)), (300, Extent(600, 400))])
def test_a_page_is_as_large_as_the_resolution_makes_it(dpi: int, extent: Extent):
    assert reader(dpi=dpi).facts(in_memory(page_with(b""))).extent == extent


def test_the_crop_box_is_the_page():
    found = in_memory(page_with(b"", more=b"/CropBox [0 0 72 36]"))
    assert reader().facts(found).extent == Extent(150, 75)


def test_a_page_that_is_turned_is_measured_as_it_is_shown():
    assert reader().facts(in_memory(page_with(b"", more=b"/Rotate 90"))).extent == Extent(200, 300)


@pytest.mark.parametrize(("page", "extent"), [(1, (72, 72)), (2, (144, 72)), (3, (72, 36))])
def test_pages_have_sizes_of_their_own(page: int, extent: tuple[int, int]):
    """Cantaloupe's lesson 57."""
    facts = reader(dpi=72).facts(in_memory(book([(72, 72), (144, 72), (72, 36)])), page)
    assert (facts.extent, facts.page_count) == (Extent(*extent), 3)


def test_the_facts_of_all_pages_are_those_of_each():
    found = in_memory(book([(72, 72), (144, 72)]))
    assert list(reader().facts_of_pages(found, 2)) == [reader().facts(found, 1), reader().facts(found, 2)]


def test_a_page_that_is_not_there_is_a_bad_request():
    """Cantaloupe's lesson 57."""
    with pytest.raises(BadRequest, match="3 pages"):
        reader().facts(in_memory(book([(72, 72)] * 3)), 4)


# --- What is drawn ------------------------------------------------------------------------------------------------

RED_SQUARE = b"1 0 0 rg 36 24 36 24 re f"
RED, WHITE = (255, 0, 0), (255, 255, 255)


def test_paper_is_white():
    assert rendered(reader(), in_memory(page_with(RED_SQUARE))).getpixel((5, 5)) == WHITE


def test_lines_stay_sharp_however_far_they_are_enlarged():
    shown = rendered(reader(), in_memory(page_with(RED_SQUARE)), Box(70, 105, 10, 10), Extent(1000, 1000))
    assert [shown.getpixel((x, 200)) for x in (480, 520)] == [WHITE, RED]


def test_tiles_of_a_smaller_size_fit_together():
    found = in_memory(picture_pdf(drawn(301, 203)))
    whole = rendered(reader(), found, size=Extent(151, 102))
    left = rendered(reader(), found, Box(0, 0, 128, 203), Extent(64, 102))
    right = rendered(reader(), found, Box(128, 0, 173, 203), Extent(87, 102))
    together = Image.new("RGB", whole.size)
    together.paste(left, (0, 0))
    together.paste(right, (64, 0))
    assert likeness(together, whole) == float("inf")


def test_only_the_region_is_drawn(monkeypatch):
    sizes, fill = [], pdf_backend.drawn
    monkeypatch.setattr(
        pdf_backend,
        "drawn",
        lambda page, level, part, deadline: sizes.append(part.extent) or fill(page, level, part, deadline),
    )
    found = in_memory(page_with(RED_SQUARE, 7200, 7200))
    rendered(reader(), found, Box(1000, 1000, 512, 512), Extent(256, 256))
    assert sizes == [Extent(256, 256)]


def with_form() -> bytes:
    """A page with a note, and a form into which something was typed."""
    look = stream(b"0 0 1 rg 0 0 20 20 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 20 20]")
    place = b"/Type /Annot /F 4 /AP << /N 5 0 R >>"
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 144 96] /Contents 4 0 R /Annots [6 0 R 7 0 R] >>",
            stream(b""),
            look,
            b"<< %s /Subtype /Widget /FT /Tx /T (a) /V (b) /Rect [10 10 30 30] >>" % place,
            b"<< %s /Subtype /Square /Rect [60 10 80 30] >>" % place,
        ]
    )


def test_notes_and_forms_are_drawn():
    shown = rendered(reader(dpi=72), in_memory(with_form()))
    assert (shown.getpixel((20, 76)), shown.getpixel((70, 76))) == ((0, 0, 255), (0, 0, 255))


def test_scripts_are_not_run():
    """The library is one that has no engine for them."""
    from pypdfium2.version import PDFIUM_INFO

    script = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (while (true) {}) >> >>"
    found = in_memory(pdf([script, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page /Parent 2 0 R >>"]))
    assert not {"V8", "XFA"} & set(PDFIUM_INFO.flags)
    assert rendered(reader(dpi=10), found).size == (85, 110)


# --- Hostile files ------------------------------------------------------------------------------------------------


def many_pages(count: int) -> bytes:
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * count, count)
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>"])


def test_a_million_pages_are_quick():
    found = in_memory(many_pages(1_000_000))
    begin = time.process_time()
    assert reader().facts(found, 1).page_count == 1_000_000
    assert reader().facts(found, 999_999).extent == Extent(150, 150)
    assert time.process_time() - begin < 20


def test_a_count_that_is_a_lie_is_unreadable():
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>"
    found = in_memory(pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, b"<< /Type /Page /Parent 2 0 R >>"]))
    with pytest.raises(Unreadable):
        reader().facts(found, 500_000)


def test_a_locked_pdf_says_so():
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (
        b"41" * 32,
        b"42" * 32,
    )
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page >>"]
    with pytest.raises(Unreadable, match="password"):
        reader().facts(in_memory(pdf(objects, locked)))


def test_a_page_that_is_absurdly_large_is_refused():
    with pytest.raises(ImageTooLarge):
        reader().facts(in_memory(page_with(b"", 1e9, 1e9)))


def test_more_of_a_page_than_may_be_decoded_is_refused(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 10_000}
    with pytest.raises(ImageTooLarge):
        rendered(reader(), in_memory(page_with(RED_SQUARE)))


def test_a_small_size_of_a_large_page_is_drawn(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 10_000}
    assert rendered(reader(), in_memory(page_with(RED_SQUARE)), size=Extent(60, 40)).size == (60, 40)


def test_a_page_that_takes_too_long_is_given_up():
    slow = b"0 0 m 144 96 l 3 w [0.01] 0 d S\n" * 200_000
    begin = time.monotonic()
    with pytest.raises(Unreadable, match="longer"):
        rendered(reader(limit_seconds=1), in_memory(page_with(slow)))
    assert time.monotonic() - begin < 30


def test_who_waits_too_long_for_a_turn_is_told_to_come_again():
    with pdf_backend.pdfium_lock, pytest.raises(Overloaded):
        reader(limit_seconds=1).facts(in_memory(page_with(b"")))


def test_pages_that_lead_in_a_circle_do_not_hang():
    tree = b"<< /Type /Pages /Kids [2 0 R] /Count 5 >>"
    with pytest.raises((Unreadable, BadRequest)):
        rendered(reader(), in_memory(pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree])))


def test_a_form_that_draws_itself_does_not_hang():
    drawing = stream(
        b"/F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >>"
    )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /F 4 0 R >> >> >>"
    )
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, drawing]
    assert rendered(reader(), in_memory(pdf(objects))).size == (19, 19)


class Torn(io.BytesIO):
    """A file whose disk gives up after the first few reads."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        if self.reads > 3:
            raise OSError(errno.EIO, "The disk is gone.")
        return super().read(size)


def test_a_source_that_fails_in_the_middle_is_told_from_a_damaged_file():
    content = picture_pdf(drawn(300, 200))
    with pytest.raises(SourceUnavailable):
        rendered(reader(), Found(open=lambda: Torn(content), version="torn"))


def test_only_what_is_needed_is_read_of_a_long_file():
    content, read = many_pages(10) + b"", []
    padded = content.replace(b"%PDF-1.7\n", b"%PDF-1.7\n%" + b"x" * 5_000_000 + b"\n")
    shift = len(padded) - len(content)
    table = content.index(b"xref\n0")
    moved = b"".join(
        b"%010d 00000 n \n" % (int(line[:10]) + shift) if line.endswith(b" 00000 n ") else line + b"\n"
        for line in content[table:].split(b"\n")[:-1]
    ).replace(b"startxref\n%d" % table, b"startxref\n%d" % (table + shift))

    class Counting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            result = super().read(size)
            read.append(len(result))
            return result

    found = Found(open=lambda: Counting(padded[: table + shift] + moved), version="long")
    assert reader().facts(found, 10).page_count == 10
    assert sum(read) < 100_000


def test_many_threads_may_ask_at_once():
    found = in_memory(picture_pdf(drawn(60, 40)))
    processor = reader()
    with ThreadPoolExecutor(8) as threads:
        pictures = list(threads.map(lambda _: rendered(processor, found).tobytes(), range(40)))
    assert len(set(pictures)) == 1


def test_the_page_of_the_plan_is_drawn():
    found, processor = in_memory(book([(72, 72), (144, 72)])), reader(dpi=72)
    facts = processor.facts(found, 2)
    assert processor.read(found, facts, plan_for(facts, page=2)).image.size == (144, 72)
