"""The header of a JPEG XL: what it says of its size and colours, before anything is decoded (ISO/IEC 18181-1, annex D,
and 18181-2 for the container).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

from iiifserver.iiif.values import Extent

CODESTREAM_START = b"\xff\x0a"
CONTAINER_START = b"\0\0\0\x0cJXL \r\n\x87\n"

HEADER_BYTES = 4096
"""As much of the codestream as is looked at; headers with names of channels are far shorter."""

MOST_BOXES = 1000
MOST_CHANNELS = 16
"""Beyond colours. Further ones are not looked for."""

RATIOS = {
    1: Fraction(1),
    2: Fraction(12, 10),
    3: Fraction(4, 3),
    4: Fraction(3, 2),
    5: Fraction(16, 9),
    6: Fraction(5, 4),
    7: Fraction(2),
}
"""Width by height, for each number that stands in a size."""

ALPHA, SPOT_COLOUR, BLACK, FILTER_COLOUR = 0, 2, 4, 5
GRAY, OWN_COLOURS = 1, 2
D65, CUSTOM = 1, 2
SRGB_PRIMARIES = 1
LINEAR_CURVE, SRGB_CURVE = 8, 13
GAMMA_BITS = 24

Coding = tuple[tuple[int, int], ...]
"""Four ways to write a number: what is added, and how many bits follow."""

ENUM: Coding = ((0, 0), (1, 0), (2, 4), (18, 6))
EDGE: Coding = ((1, 9), (1, 13), (1, 18), (1, 30))
CHROMATICITY: Coding = ((0, 19), (524_288, 19), (1_048_576, 20), (2_097_152, 21))
PREVIEW_EDGE: Coding = ((1, 6), (65, 8), (321, 10), (1345, 12))
PREVIEW_EIGHTHS: Coding = ((16, 0), (32, 0), (1, 5), (33, 9))


class Colours(enum.Enum):
    """How the values of the decoded pixels are meant."""

    SRGB = "sRGB"
    LIGHT = "light"
    """The colours of sRGB, each value as much light as it says."""
    OTHER = "other"
    """By a profile that stands in the file, or that the decoder can write."""


@dataclass(frozen=True, slots=True)
class JxlHeader:
    """What a JPEG XL says of itself."""

    extent: Extent
    """As a viewer sees it: turned the way it says."""
    has_color: bool
    has_alpha: bool
    bits: int
    """Of each value. Fractions have more than 16."""
    colours: Colours = Colours.SRGB


class Bits:
    """Reads numbers bit by bit, the lowest first. Raises `EOFError` where there are no more."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def number(self, bits: int) -> int:
        if self.place + bits > 8 * len(self.content):
            raise EOFError("The header is cut off.")
        first, last = self.place // 8, (self.place + bits + 7) // 8
        value = int.from_bytes(self.content[first:last], "little") >> self.place % 8
        self.place += bits
        return value & ((1 << bits) - 1)

    def flag(self) -> bool:
        return self.number(1) == 1

    def coded(self, coding: Coding) -> int:
        added, bits = coding[self.number(2)]
        return added + self.number(bits)


def read_header(file: BinaryIO) -> JxlHeader:
    """The header of the file. Raises `ValueError` or `EOFError` for one that is damaged."""
    start = codestream_start(file)
    if not start.startswith(CODESTREAM_START):
        raise ValueError("This is no JPEG XL.")
    bits = Bits(start[len(CODESTREAM_START) :])
    extent = read_size(bits)
    if bits.flag():
        return JxlHeader(extent, has_color=True, has_alpha=False, bits=8)
    orientation = read_extra_fields(bits) if bits.flag() else 1
    depth = read_depth(bits)
    bits.flag()
    kinds = list(read_channels(bits))
    if BLACK in kinds:
        raise ValueError("Inks are not read.")
    bits.flag()
    has_color, colours = read_colours(bits)
    return JxlHeader(
        extent.turned() if orientation >= 5 else extent,
        has_color=has_color,
        has_alpha=ALPHA in kinds,
        bits=depth,
        colours=colours,
    )


def codestream_start(file: BinaryIO) -> bytes:
    """The first bytes of the picture itself, out of the container if there is one."""
    file.seek(0)
    start = file.read(HEADER_BYTES)
    if not start.startswith(CONTAINER_START):
        return start
    content = b""
    for kind, place, length in boxes(file):
        if kind == b"jxlc":
            return read_at(file, place, length)
        if kind == b"jxlp":
            content += read_at(file, place, length)[4:]
        if len(content) >= HEADER_BYTES:
            break
    return content


def read_at(file: BinaryIO, place: int, length: int | None) -> bytes:
    file.seek(place)
    return file.read(HEADER_BYTES if length is None else min(HEADER_BYTES, length))


def boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int | None]]:
    """Name, place and length of the content of each box; the length of the last may be unknown."""
    place = 0
    for _ in range(MOST_BOXES):
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            return
        length, head_length = int.from_bytes(head[:4]), 8
        if length == 1:
            length, head_length = int.from_bytes(head[8:16]), 16
        if length == 0:
            yield head[4:8], place + head_length, None
            return
        if length < head_length:
            raise ValueError("A box has no length.")
        yield head[4:8], place + head_length, length - head_length
        place += length


def read_size(bits: Bits) -> Extent:
    in_eighths = bits.flag()
    height = 8 * (bits.number(5) + 1) if in_eighths else bits.coded(EDGE)
    ratio = bits.number(3)
    if ratio:
        return Extent(int(height * RATIOS[ratio]), height)
    return Extent(8 * (bits.number(5) + 1) if in_eighths else bits.coded(EDGE), height)


def read_extra_fields(bits: Bits) -> int:
    """The EXIF orientation; reads past what is said of previews and animation."""
    orientation = bits.number(3) + 1
    if bits.flag():
        read_size(bits)
    if bits.flag():
        read_preview(bits)
    if bits.flag():
        bits.coded(((100, 0), (1000, 0), (1, 10), (1, 30)))
        bits.coded(((1, 0), (1001, 0), (1, 8), (1, 10)))
        bits.coded(((0, 0), (0, 3), (0, 16), (0, 32)))
        bits.flag()
    return orientation


def read_preview(bits: Bits) -> None:
    coding = PREVIEW_EIGHTHS if bits.flag() else PREVIEW_EDGE
    bits.coded(coding)
    if bits.number(3) == 0:
        bits.coded(coding)


def read_depth(bits: Bits) -> int:
    """How many bits a value has; at least 17 for fractions, however short they are stored."""
    if bits.flag():
        depth = bits.coded(((32, 0), (16, 0), (24, 0), (1, 6)))
        bits.number(4)
        return max(17, depth)
    return bits.coded(((8, 0), (10, 0), (12, 0), (1, 6)))


def read_channels(bits: Bits) -> Iterator[int]:
    """The kind of each channel beyond colours."""
    count = bits.coded(((0, 0), (1, 0), (2, 4), (1, 12)))
    if count > MOST_CHANNELS:
        raise ValueError("This has more channels than are read.")
    for _ in range(count):
        yield ALPHA if bits.flag() else read_channel(bits)


def read_channel(bits: Bits) -> int:
    kind = bits.coded(ENUM)
    read_depth(bits)
    bits.coded(((0, 0), (3, 0), (4, 0), (1, 3)))
    bits.number(8 * bits.coded(((0, 0), (0, 4), (16, 5), (48, 10))))
    if kind == ALPHA:
        bits.flag()
    elif kind == SPOT_COLOUR:
        bits.number(4 * 16)
    elif kind == FILTER_COLOUR:
        bits.coded(((1, 0), (0, 2), (3, 4), (19, 8)))
    return kind


def read_colours(bits: Bits) -> tuple[bool, Colours]:
    """Whether there are colours, and which (18181-1, E.2)."""
    if bits.flag():
        return True, Colours.SRGB
    has_profile = bits.flag()
    space = bits.coded(ENUM)
    has_color = space != GRAY
    if has_profile or space >= OWN_COLOURS:
        return has_color, Colours.OTHER
    is_usual = read_is_usual(bits, has_color)
    if bits.flag():
        bits.number(GAMMA_BITS)
        return has_color, Colours.OTHER
    curves = {SRGB_CURVE: Colours.SRGB, LINEAR_CURVE: Colours.LIGHT} if is_usual else {}
    return has_color, curves.get(bits.coded(ENUM), Colours.OTHER)


def read_is_usual(bits: Bits, has_color: bool) -> bool:
    """Whether the white, and the primaries where there are colours, are those of sRGB."""
    white = bits.coded(ENUM)
    if white == CUSTOM:
        read_points(bits, 1)
    if not has_color:
        return white == D65
    primaries = bits.coded(ENUM)
    if primaries == CUSTOM:
        read_points(bits, 3)
    return (white, primaries) == (D65, SRGB_PRIMARIES)


def read_points(bits: Bits, count: int) -> None:
    for _ in range(2 * count):
        bits.coded(CHROMATICITY)
