"""Looks at pieces that are JPEG, JPEG 2000 or WebP pictures before a decoder does, which believes any size that they
claim.
"""

from __future__ import annotations

from dataclasses import dataclass

from iiifserver.iiif.values import Extent

from .webp_header import canvas_of

JPEG_START = b"\xff\xd8"
JPEG_2000_START = b"\xff\x4f\xff\x51"
RIFF, WEBP = b"RIFF", b"WEBP"
END = b"\xff\xd9"
"""The same in JPEG and JPEG 2000."""

FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that begin a JPEG's frame, and so hold its size."""

MOST_MARKERS = 100
MARKER, FILL = 0xFF, 0xFF
ADOBE = 0xEE


def check_coded_piece(content: bytes, piece: Extent) -> None:
    """Raises `ValueError` when a picture claims to be larger than the piece, or ends too early."""
    if not extent_of(content).fits_into(piece):
        raise ValueError("A piece claims to be larger than the file says.")
    if content.startswith(RIFF):
        check_riff_length(content)
        return
    # Decoders fill what is missing with gray and say nothing. The end marker cannot occur inside coded pixels.
    if content.rfind(END) < 0:
        raise EOFError("A piece is cut off.")


def extent_of(content: bytes) -> Extent:
    """The size that a piece claims; raises `ValueError` for what is neither."""
    if content.startswith(JPEG_START):
        return jpeg_frame(content).extent
    if content.startswith(JPEG_2000_START):
        return jpeg_2000_extent(content)
    if content.startswith(RIFF) and content[8:12] == WEBP:
        return webp_extent(content)
    raise ValueError("A piece is not what the file says it is.")


def check_riff_length(content: bytes) -> None:
    """Raises `EOFError` where a WebP is shorter than it says."""
    if len(content) < 8 + int.from_bytes(content[4:8], "little"):
        raise EOFError("A piece is cut off.")


def webp_extent(content: bytes) -> Extent:
    """The size that a WebP claims; raises `ValueError` where it claims none."""
    extent = canvas_of(content)
    if extent is None:
        raise ValueError("A WebP has no picture where one belongs.")
    return extent


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """What the header of a JPEG says of its pixels."""

    extent: Extent
    samplings: tuple[tuple[int, int], ...]
    """For each component, how many samples it has across and down where the least has one."""
    markers: frozenset[int]
    """The kinds of segment before the frame."""
    adobe_transform: int | None
    """What an Adobe segment says of the colours: 0 for none, 1 for YCbCr; `None` without such a segment."""


def jpeg_frame(content: bytes) -> JpegFrame:
    """Raises `ValueError` or `EOFError` for a JPEG that has no frame where one belongs."""
    position, transform = len(JPEG_START), None
    markers: set[int] = set()
    for _ in range(MOST_MARKERS):
        marker, kind = number(content, position, 1), number(content, position + 1, 1)
        if marker != MARKER:
            break
        if kind == FILL:
            position += 1
            continue
        if kind in FRAME_HEADERS:
            return frame_at(content, position, frozenset(markers), transform)
        if kind == ADOBE and content[position + 4 : position + 9] == b"Adobe":
            transform = number(content, position + 15, 1)
        markers.add(kind)
        position += 2 + number(content, position + 2, 2)
    raise ValueError("A JPEG has no frame.")


def frame_at(content: bytes, position: int, markers: frozenset[int], transform: int | None) -> JpegFrame:
    extent = Extent(number(content, position + 7, 2), number(content, position + 5, 2))
    components = number(content, position + 9, 1)
    factors = [number(content, position + 11 + 3 * component, 1) for component in range(components)]
    return JpegFrame(extent, tuple((factor >> 4, factor & 15) for factor in factors), markers, transform)


def jpeg_2000_extent(content: bytes) -> Extent:
    """The size in a JPEG 2000 code stream, which begins with it."""
    right, bottom, left, top = (number(content, position, 4) for position in range(8, 24, 4))
    return Extent(right - left, bottom - top)


def number(content: bytes, position: int, length: int) -> int:
    """A number of that many bytes; raises `EOFError` when they are not there."""
    digits = content[position : position + length]
    if len(digits) < length:
        raise EOFError("A piece is cut off.")
    return int.from_bytes(digits, "big")
