"""What a processor is. Free of Django at run time."""

from __future__ import annotations

import errno
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from PIL import Image

from iiifserver.backend import Backend
from iiifserver.iiif.errors import BadRequest, IIIFError, ImageTooLarge, Overloaded, SourceUnavailable, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import RenderPlan, SourceFacts

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
    """As stored: its orientation is not applied yet. Mode L, LA, RGB or RGBA, in sRGB."""
    window: Window
    """Where the region lies in the image."""


class Processor(Backend, ABC):
    """Reads images of some formats. Used by many threads at once."""

    formats: ClassVar[frozenset[str]]
    """What it reads, by the names of `processors.detection`."""

    @abstractmethod
    def facts(self, found: Found, page: int = 1) -> SourceFacts | None:
        """What is known of a page of the image from its header alone; `None` when another processor should read this
        file.

        Raises `Unreadable` for a damaged file, `ImageTooLarge` for one that this processor may never decode, and
        `BadRequest` for a page that the file does not have.
        """

    @abstractmethod
    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        """The region's pixels, cropped, at least as many as the plan's size needs and, where the file allows it
        without decoding more, at most twice as many along each edge.

        Raises `Unreadable` for a damaged file and `ImageTooLarge` when too much would have to be decoded.
        """

    def stored(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> bytes | None:
        """The region as the very JPEG that the file stores, where it stores one of exactly this region and size.

        Asked only for pictures whose pixels are otherwise left alone. Raises as `read` does.
        """
        return None


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
    except BOMB_ERRORS as error:
        raise ImageTooLarge(TOO_LARGE) from error
    except MemoryError as error:
        raise Overloaded("The server has too little memory for this image at present.") from error
    except DECODER_ERRORS as error:
        raise meaning_of(error) from error


def meaning_of(error: Exception) -> IIIFError:
    if isinstance(error, OSError) and error.errno in LOST_FILE:
        return SourceUnavailable("The source stopped in the middle of this image.")
    return Unreadable("This image is damaged, or of a kind that cannot be read.")
