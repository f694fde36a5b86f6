"""Reads PDFs: draws the region of a page that is asked for, at the size that is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ctypes import Array, c_char
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from ..base import Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..drawn_levels import extent_in_pixels, level_to_draw
from ..lanes import turn
from ..retrieval import seekable
from ..retrieval_options import RetrievalForm, RetrievalOptions
from ..windows import box_to_read, window_in, window_within

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

POINTS_PER_INCH = 72

END_MARK = b"%%EOF"
END_BYTES = 4096
"""Within so many bytes of its end a PDF says that this is its end."""

TOO_SLOW = "This page takes longer to draw than the server allows."

pdfium_lock = threading.Lock()
"""PDFium is not made for several threads: in a process one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfOptions(RetrievalOptions):
    dpi: int = 150
    limit_seconds: int = 20

    def __post_init__(self) -> None:
        # `super` without arguments does not find its class in a dataclass with slots.
        RetrievalOptions.__post_init__(self)
        if self.dpi < 1 or self.limit_seconds < 1:
            raise ValueError("The resolution and the time limit are at least 1.")


class PdfForm(RetrievalForm):
    dpi = forms.IntegerField(
        label="Resolution",
        min_value=10,
        max_value=1200,
        initial=150,
        help_text="In dots per inch: how large a page is in pixels. At 150, a page of A4 has 1240 x 1754. Enlargements "
        "stay sharp whatever stands here.",
    )
    limit_seconds = forms.IntegerField(
        label="Time limit",
        min_value=1,
        max_value=600,
        initial=20,
        help_text="In seconds. A page that takes longer to draw is given up. Pages are drawn one after the other in "
        "each worker, so that a slow one keeps others waiting.",
    )

    field_order = ("dpi", "limit_seconds")


class PdfProcessor(Processor):
    """Pages of PDFs as images."""

    label = "PDF"
    used_for = "PDFs: each page is an image, drawn with its notes and filled-in forms. Scripts are never run."
    options_class = PdfOptions
    form_class = PdfForm
    formats = frozenset({"pdf"})
    features = frozenset({Feature.REGIONS, Feature.REDUCTIONS, Feature.PAGES})
    libraries = (Library("pypdfium2", "pip install pypdfium2"),)
    options: PdfOptions

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        with opened(found, page, self.options) as document:
            return self.facts_of_page(document, page)

    def facts_of_pages(self, found: Found, page_count: int) -> Iterator[SourceFacts | None]:
        with opened(found, page_count, self.options) as document:
            return iter([self.facts_of_page(document, page) for page in range(1, page_count + 1)])

    def facts_of_page(self, document: PdfDocument, page: int) -> SourceFacts:
        width, height = document.get_page_size(page - 1)
        return SourceFacts(
            extent=extent_in_pixels(width, height, POINTS_PER_INCH, self.options.dpi),
            format_name="pdf",
            has_color=True,
            has_alpha=False,
            page_count=len(document),
        )

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        level = level_to_draw(facts.extent, plan.box, plan.size)
        window = window_in(level, facts.extent, plan.box)
        part = box_to_read(window, plan.size, level)
        if part.extent.area > conf.max_decode_pixels:
            raise ImageTooLarge("This is more of the page than the server draws at once. Ask for a smaller size.")
        with opened(found, plan.page, self.options, with_forms=True) as document:
            deadline = time.monotonic() + self.options.limit_seconds
            with damage_is_unreadable(), closing_page(document, plan.page) as page:
                return Raster(drawn(page, level, part, deadline), window_within(window, part))


@contextmanager
def opened(found: Found, page: int, options: PdfOptions, with_forms: bool = False) -> Iterator[PdfDocument]:
    """The document, which has that page, for this thread alone. Raises any error of the tree."""
    from pypdfium2 import PdfDocument

    with seekable(found, options.rule) as file, damage_is_unreadable(), ExitStack() as stack:
        check_end(file)
        reader = PdfReader(file)
        stack.enter_context(turn(pdfium_lock, options.limit_seconds))
        with reader.errors_come_through(), sentence_on_passwords():
            document = stack.enter_context(PdfDocument(reader))
            check_page(page, len(document))
            if with_forms:
                draw_forms_too(document)
            yield document


def check_end(file: BinaryIO) -> None:
    """Raises `EOFError` where the end is missing. PDFium would draw what is left of the file."""
    length = file.seek(0, 2)
    file.seek(max(0, length - END_BYTES))
    if END_MARK not in file.read(END_BYTES):
        raise EOFError("The file is cut off.")
    file.seek(0)


class PdfReader:
    """A file as PDFium wants it. It is called from C, through which no exception passes: the first one is kept."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.error: Exception | None = None

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def read(self, size: int = -1) -> bytes:
        return self.file.read(size)

    def readinto(self, buffer: Array[c_char]) -> int:
        """How many bytes were read into the buffer; 0 where the source failed."""
        try:
            content = self.file.read(len(buffer))
        except Exception as error:  # noqa: BLE001 - raised again by `errors_come_through`
            self.error = self.error or error
            return 0
        memoryview(buffer).cast("B")[: len(content)] = content
        return len(content)

    @contextmanager
    def errors_come_through(self) -> Iterator[None]:
        """Raises what the source raised in place of what PDFium made of that."""
        try:
            yield
        except Exception as error:
            if self.error:
                raise self.error from error
            raise
        if self.error:
            raise self.error


@contextmanager
def sentence_on_passwords() -> Iterator[None]:
    from pypdfium2 import PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        yield
    except PdfiumError as error:
        if error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}:
            raise Unreadable("This PDF is locked with a password.") from error
        raise


def draw_forms_too(document: PdfDocument) -> None:
    """Has what was typed into forms drawn, unless this PDFium could run scripts."""
    from pypdfium2.version import PDFIUM_INFO

    if not {"V8", "XFA"} & set(PDFIUM_INFO.flags):
        document.init_forms()


@contextmanager
def closing_page(document: PdfDocument, number: int) -> Iterator[PdfPage]:
    page = document.get_page(number - 1)
    try:
        yield page
    finally:
        page.close()


def drawn(page: PdfPage, level: Extent, part: Box, deadline: float) -> Image.Image:
    """A part of the page at the resolution of a level, on white."""
    from pypdfium2 import PdfBitmap, raw

    bitmap = PdfBitmap.new_native(part.width, part.height, raw.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, part.width, part.height)
        place = (-part.x, -part.y, level.width, level.height, 0)
        draw_until(bitmap, page, place, deadline)
        if page.formenv:
            raw.FPDF_FFLDraw(page.formenv, bitmap, page, *place, raw.FPDF_ANNOT)
        return Image.frombytes("RGB", (part.width, part.height), bitmap.buffer, "raw", "BGRX", bitmap.stride)
    finally:
        bitmap.close()


def draw_until(bitmap: Any, page: PdfPage, place: tuple[int, ...], deadline: float) -> None:
    """Draws the page into the bitmap step by step; raises `Unreadable` when the time is up."""
    from pypdfium2 import raw

    pause = raw.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.monotonic() > deadline)
    try:
        state = raw.FPDF_RenderPageBitmap_Start(bitmap, page, *place, raw.FPDF_ANNOT, pause)
    finally:
        raw.FPDF_RenderPage_Close(page)
    if state == raw.FPDF_RENDER_TOBECONTINUED:
        raise Unreadable(TOO_SLOW)
    if state != raw.FPDF_RENDER_DONE:
        raise ValueError("The page could not be drawn.")
