"""What stands in front of the pixels of a JPEG 2000 file: its boxes (ISO/IEC 15444-1, Annex I; 15444-2, Annex M) around
a code stream. Reads a few kilobytes, and nothing of unchecked size.
"""

from __future__ import annotations

import enum
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.values import Extent

from .coded_pieces import JPEG_2000_START, number
from .jpeg2000_code_stream import CodeStream, read_code_stream

MOST_BOXES = 1000
LARGEST_HEADER_BYTES = 16 * 1024 * 1024
ENUMERATED, RESTRICTED_PROFILE, ANY_PROFILE = 1, 2, 3
FRAGMENTS = frozenset({b"ftbl", b"flst", b"dtbl"})
"""Boxes of a JPX that say where its pixels are (15444-2, M.11.3 and M.11.4)."""
CMYK_SPACE = b"CMYK"
GRAY_SPACE = b"GRAY"


class Space(enum.Enum):
    """The colours that the channels hold."""

    GRAY = "gray"
    RGB = "rgb"
    YCC = "ycc"
    LAB = "lab"
    CMYK = "cmyk"

    @property
    def channels(self) -> int:
        """How many channels such colours take."""
        return SPACE_CHANNELS[self]


SPACE_CHANNELS = {Space.GRAY: 1, Space.RGB: 3, Space.YCC: 3, Space.LAB: 3, Space.CMYK: 4}

BLACK_IS_ONE, LAB = 0, 14
"""The numbers of the bilevel space in which 1 stands for black, and of CIELab."""

ENUMERATED_SPACES = {
    BLACK_IS_ONE: Space.GRAY,
    1: Space.YCC,
    3: Space.YCC,
    4: Space.YCC,
    12: Space.CMYK,
    LAB: Space.LAB,
    15: Space.GRAY,
    16: Space.RGB,
    17: Space.GRAY,
    18: Space.YCC,
    24: Space.YCC,
}
"""By their numbers in 15444-1, I.5.3.3 and 15444-2, M.11.7.3.1. Bilevel is gray of one bit."""


class ChannelKind(enum.IntEnum):
    """What a channel holds, by its number in a channel definition box."""

    COLOUR = 0
    OPACITY = 1
    PREMULTIPLIED_OPACITY = 2


ALPHA_KINDS = frozenset({ChannelKind.OPACITY, ChannelKind.PREMULTIPLIED_OPACITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """What the file says of its colours."""

    space: Space | None = None
    """`None` where the file leaves it to the number of channels."""
    is_inverted: bool = False
    profile: bytes | None = None
    lab_ranges: tuple[int, ...] = ()
    """Range and offset of L, a and b, where the file gives them."""

    @property
    def is_stated(self) -> bool:
        return self.space is not None or self.profile is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Jpeg2000Header:
    """All that is known without decoding."""

    stream: CodeStream
    is_boxed: bool = True
    """Whether the code stream stands behind boxes that say what it is."""
    start: int = 0
    """Where a code stream begins of which no box says what it is."""
    colour: Colour = Colour()
    palette_channels: int = 0
    """How many channels a palette makes; 0 where there is none."""
    channel_kinds: tuple[int, ...] = ()
    """The kinds of channel that are defined; empty where nothing is."""

    @property
    def channels(self) -> int:
        return self.palette_channels or len(self.stream.components)

    @property
    def space(self) -> Space:
        """The colours of the channels, by what the file says and else by how many there are."""
        stated = self.colour.space
        if stated and stated.channels <= self.channels:
            return stated
        if self.channels - self.alpha_channels < Space.RGB.channels:
            return Space.GRAY
        return Space.YCC if self._has_coarse_colours else Space.RGB

    @property
    def alpha_channels(self) -> int:
        return sum(kind in ALPHA_KINDS for kind in self.channel_kinds)

    @property
    def has_alpha(self) -> bool:
        """Whether pixels can be transparent: a channel too many is alpha unless the file says what it is."""
        if self.channel_kinds:
            return self.alpha_channels > 0
        return self.channels == self.space.channels + 1

    @property
    def _has_coarse_colours(self) -> bool:
        first, second, third = (component.step for component in self.stream.components[:3])
        return not self.palette_channels and first == Extent(1, 1) and second == third != first


def read_header(file: BinaryIO) -> Jpeg2000Header:
    """Reads the header of a file or a bare code stream.

    Raises `ValueError` or `EOFError` for one that cannot be sound.
    """
    file.seek(0)
    if file.read(len(JPEG_2000_START)) == JPEG_2000_START:
        return Jpeg2000Header(stream=read_code_stream(file, 0), is_boxed=False)
    return read_boxes(file)


@dataclass(frozen=True, slots=True)
class Box:
    """A box: what kind, and where its content lies in the file."""

    kind: bytes
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places of a file, one after the other; never the boxes inside of them.

    Ends quietly at what is no box: the last box of a file may be cut off.
    """
    position = start
    for _ in range(MOST_BOXES):
        file.seek(position)
        head = file.read(16)
        if len(head) < 8 or position + 8 > end:
            return
        length, kind, content = number(head, 0, 4), head[4:8], position + 8
        if length == 1 and len(head) == 16:
            length, content = number(head, 8, 8), position + 16
        box_end = end if length == 0 else position + length
        if box_end < content:
            return
        yield Box(kind, content, min(box_end, end))
        position = box_end


def read_boxes(file: BinaryIO) -> Jpeg2000Header:
    """The header of a file of boxes: the first code stream and what stands in front of it.

    Raises `Unreadable` for a file that has its pixels elsewhere.
    """
    end = file.seek(0, io.SEEK_END)
    found: dict[bytes, Box] = {}
    for box in boxes(file, 0, end):
        found.setdefault(box.kind, box)
        if box.kind == b"jp2c":
            break
    if b"jp2c" not in found:
        if FRAGMENTS.isdisjoint(found):
            raise ValueError("The file has no code stream.")
        raise Unreadable("This JPX has its pixels in pieces or in other files. Save it as one JP2.")
    start = found[b"jp2c"].start
    header = Jpeg2000Header(stream=read_code_stream(file, start))
    header = with_boxes_in(file, header, found.get(b"jp2h") or found.get(b"jpch"))
    if not header.colour.is_stated:
        header = with_boxes_in(file, header, found.get(b"jplh"))
    return header if b"jp2h" in found else replace(header, is_boxed=False, start=start)


def with_boxes_in(file: BinaryIO, header: Jpeg2000Header, outer: Box | None) -> Jpeg2000Header:
    """The header with what the boxes inside that box say; as it is where there is no such box."""
    return with_image_header(file, header, outer) if outer else header


def with_image_header(file: BinaryIO, header: Jpeg2000Header, outer: Box) -> Jpeg2000Header:
    """The header with what the boxes inside the image header box say, or inside that of a layer of a JPX."""
    if outer.length > LARGEST_HEADER_BYTES:
        raise ValueError("The file's header is larger than any can be.")
    file.seek(outer.start)
    content = file.read(outer.length)
    for box in boxes(io.BytesIO(content), 0, len(content)):
        inner = content[box.start : box.end]
        if box.kind == b"colr" and not header.colour.is_stated:
            header = replace(header, colour=colour_in(inner))
        elif box.kind == b"cgrp" and not header.colour.is_stated:
            header = with_boxes_of_group(header, inner)
        elif box.kind == b"pclr":
            header = replace(header, palette_channels=number(inner, 2, 1))
        elif box.kind == b"cdef":
            header = replace(header, channel_kinds=tuple(channel_kinds_in(inner)))
    return header


def with_boxes_of_group(header: Jpeg2000Header, content: bytes) -> Jpeg2000Header:
    """The header with the first colours that a group of several ways to say them has (15444-2, M.11.7.1)."""
    for box in boxes(io.BytesIO(content), 0, len(content)):
        if box.kind == b"colr" and not header.colour.is_stated:
            header = replace(header, colour=colour_in(content[box.start : box.end]))
    return header


def colour_in(content: bytes) -> Colour:
    """What a colour specification box says; nothing where it is of a kind not known here."""
    method = number(content, 0, 1)
    if method == ENUMERATED:
        space = number(content, 3, 4)
        ranges = struct.unpack(">6I", content[7:31]) if space == LAB and len(content) >= 31 else ()
        return Colour(space=ENUMERATED_SPACES.get(space), is_inverted=space == BLACK_IS_ONE, lab_ranges=ranges)
    if method in (RESTRICTED_PROFILE, ANY_PROFILE):
        profile = content[3:]
        return Colour(space=space_of_profile(profile), profile=profile)
    return Colour()


def space_of_profile(profile: bytes) -> Space | None:
    return {CMYK_SPACE: Space.CMYK, GRAY_SPACE: Space.GRAY}.get(profile[16:20])


def channel_kinds_in(content: bytes) -> Iterator[int]:
    for entry in range(min(number(content, 0, 2), (len(content) - 2) // 6)):
        yield number(content, 4 + 6 * entry, 2)
