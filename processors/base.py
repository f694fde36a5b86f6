"""What a processor is. Free of Django at run time."""

from __future__ import annotations

import errno
import logging
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from iiifserver.backend import Backend
from iiifserver.iiif.errors import BadRequest, IIIFError, ImageTooLarge, Overloaded, SourceUnavailable, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.source_formats import SourceFormat, can_be_brought, format_labels
from iiifserver.iiif.values import RenderPlan, SourceFacts

from .capabilities import Feature, Library

logger = logging.getLogger("iiifserver.processors")

Window = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels, fractions included."""

DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)
"""What decoders raise on damaged files. They were not written for hostile bytes: nearly any error means damage.
A warning is among them where a site has made warnings errors."""

BOMB_ERRORS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises at a size that it minds by itself; see `processors.backends.pillow`."""

LOST_FILE = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENOTCONN, errno.ETIMEDOUT, errno.ECONNRESET})
"""The numbers of system errors that tell of a disk or a network, not of damaged bytes."""

TOO_LARGE = "This image has more pixels than the server decodes at once."


@dataclass(frozen=True, slots=True)
class Raster:
    """Decoded pixels that contain a region, in the resolution that was cheapest to read."""

    image: Image.Image
    """As stored: its orientation is not applied yet. Mode L, LA, RGB or RGBA."""
    window: Window
    """Where the region lies in the image."""
    profile: bytes | None = None
    """The ICC profile that tells what the values mean, be it sound or not; `None` for sRGB."""


class Processor(Backend, ABC):
    """Reads images of some formats. Used by many threads at once."""

    named = (*Backend.named, "formats")
    formats: ClassVar[frozenset[str]]
    """What it reads, by the names of `processors.detection`."""
    brings: ClassVar[tuple[SourceFormat, ...]] = ()
    """Formats of its own, beside those that are built in. Staff choose for each source whether they are read."""
    features: ClassVar[frozenset[Feature]] = frozenset()
    """What it does beyond decoding whole images."""
    libraries: ClassVar[tuple[Library, ...]] = ()
    """What must be installed beside the server itself."""
    suited_to: ClassVar[str] = ""
    """What `suits` says yes to, for staff; empty where that is everything."""
    averages: ClassVar[bool] = False
    """Whether `read` makes pictures smaller by averaging stored values, and not the light that they stand for."""

    @classmethod
    def faults(cls) -> Iterator[str]:
        yield from super().faults()
        brought = {format.name: format for format in cls.brings}
        for name in (name for name, format in brought.items() if not can_be_brought(format)):
            yield f"It brings a format “{name}”, and there is another one of that name."
        known = {*format_labels(), *brought}
        if unknown := sorted(set(getattr(cls, "formats", ())) - known):
            yield f"It reads “{unknown[0]}”, which it does not bring, and there is only {', '.join(sorted(known))}."

    @classmethod
    def missing_for(cls, format_name: str) -> tuple[Library, ...]:
        """The libraries that are not there and without which files of this format cannot be read."""
        return tuple(one for one in cls.libraries if one.is_needed_for(format_name) and not one.is_there)

    @classmethod
    def reads(cls, format_name: str) -> bool:
        """Whether files of this format can be read on this machine."""
        return format_name in cls.formats and not cls.missing_for(format_name)

    def problems(self) -> Iterable[str]:
        """A sentence for each library that is missing and needed for everything; see `Backend.problems`."""
        for library in self.libraries:
            if library.formats is None and not library.is_there:
                yield f"A library is missing. Bring it with: {library.install}"

    def warm_up(self) -> None:
        """Loads what would make the first request wait. Called once in each worker, before its first request."""

    @abstractmethod
    def facts(self, found: Found, page: int = 1) -> SourceFacts | None:
        """What is known of a page of the image from its header alone; `None` when another processor should read this
        file.

        Raises `Unreadable` for a damaged file, `ImageTooLarge` for one that this processor may never decode,
        `BadRequest` for a page that the file does not have, and `retrieval.Refused` for one that it may not fetch.
        """

    @abstractmethod
    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        """The region's pixels, cropped, at least as many as the plan's size needs and, where the file allows it
        without decoding more, at most twice as many along each edge.

        Raises `Unreadable` for a damaged file and `ImageTooLarge` when too much would have to be decoded.
        """

    def suits(self, facts: SourceFacts, plan: RenderPlan) -> bool:
        """Whether no other processor of such files is likely to answer this request quicker. One that says no reads all
        the same where there is no other.
        """
        return True

    def stored(
        self, found: Found, facts: SourceFacts, plan: RenderPlan, *, keeps_profile: bool = False
    ) -> bytes | None:
        """The region as the very JPEG or WebP that the file stores, where it stores one of exactly this region and size
        in the plan's format: with the file's colour profile, or `None` where its colours are not sRGB and no profile is
        kept.

        Asked only for pictures whose pixels are otherwise left alone. Raises as `read` does.
        """
        return None

    def is_at_hand(self, found: Found, page: int) -> bool:
        """Whether nothing that a memo would bring back is missing in this process."""
        return True

    def memo_of(self, found: Found, page: int) -> bytes | None:
        """What this process has found out about the page beside its facts and would have to read again after a restart,
        written down; `None` for nothing, or more than is worth keeping.
        """
        return None

    def has_learned(self, found: Found, page: int) -> bool:
        """Whether a memo that is written now would hold more than the last one."""
        return False

    def take_up(self, found: Found, page: int, memo: bytes) -> None:
        """Uses what another process has written down. One that is not sound is let lie: the page is read again."""

    def directory_of(self, found: Found, page: int) -> int:
        """Where in a file of several images, counted from 0, the page's own words stand. Raises as `facts` does."""
        return page - 1

    def facts_of_pages(self, found: Found, page_count: int) -> Iterator[SourceFacts | None]:
        """The facts of so many pages, from the first on; quicker than page by page where a processor can. Raises as
        `facts` does.
        """
        return (self.facts(found, page) for page in range(1, page_count + 1))


def check_page(page: int, page_count: int) -> None:
    """Raises `BadRequest` for a page that a file with so many does not have."""
    if page > page_count:
        pages = "one page" if page_count == 1 else f"{page_count} pages"
        raise BadRequest(f"There is no page {page}: this image has {pages}.")


@contextmanager
def damage_is_unreadable() -> Iterator[None]:
    """Turns whatever a decoder raises into an error of our own tree; those of the tree pass."""
    try:
        yield
    except (*BOMB_ERRORS, MemoryError, *DECODER_ERRORS) as error:
        raise meaning_of(error) from error


def fault_of(processor: Processor, error: Exception) -> IIIFError:
    """What becomes of an error that the processor's code did not foresee, which is in the log with all its traces."""
    logger.error("The processor “%s” failed.", processor.label, exc_info=error)
    return meaning_of(error)


def meaning_of(error: Exception) -> IIIFError:
    if isinstance(error, BOMB_ERRORS):
        return ImageTooLarge(TOO_LARGE)
    if isinstance(error, MemoryError):
        return Overloaded("The server has too little memory for this image at present.")
    if isinstance(error, OSError) and error.errno in LOST_FILE:
        return SourceUnavailable("The source stopped in the middle of this image.")
    return Unreadable("This image is damaged, or of a kind that cannot be read.")
