"""A stored WebP tile as the file of its own that it is, with a colour profile where that is kept (RFC 9649)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from .coded_pieces import RIFF, check_coded_piece
from .tiff_levels import StoredLevel
from .webp_header import FILE_HEADER_BYTES, Chunk, canvas_of, extent_in, has_alpha, little

LARGE, ALPHA, LOSSY, LOSSLESS, PROFILE = b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ICCP"
PICTURES = frozenset({LOSSY, LOSSLESS})

HARMLESS_CHUNKS = [[LOSSY], [LOSSLESS], [LARGE, LOSSY], [LARGE, LOSSLESS], [LARGE, ALPHA, LOSSY]]
"""What a still picture is made of that says nothing of its colours and holds no words."""

ALPHA_FLAG, PROFILE_FLAG = 0x10, 0x20
CHANNELS_WITH_ALPHA = 4
MOST_CHUNKS = 8


def stored_webp(file: BinaryIO, level: StoredLevel, column: int, row: int) -> bytes | None:
    """The tile as a WebP of its own; `None` for one that viewers might read differently from us, and for one that holds
    more than pixels.

    Raises `EOFError` or `ValueError` for a tile that cannot be sound.
    """
    content = level.content(file, row * level.columns + column)
    if content is None or not content.startswith(RIFF):
        return None
    check_coded_piece(content, level.piece)
    whole = content[: 8 + little(content[4:8])]
    return whole if reads_the_same_everywhere(whole, level) else None


def reads_the_same_everywhere(webp: bytes, level: StoredLevel) -> bool:
    """Whether the WebP says of itself what the TIFF says of it. One without alpha is opaque, whatever the TIFF says."""
    chunks = list(chunks_of(webp))
    if [chunk.kind for chunk in chunks] not in HARMLESS_CHUNKS:
        return False
    shows_alpha = any(has_alpha(chunk) for chunk in chunks)
    is_as_announced = canvas_of(webp) == extent_in(chunks[-1]) == level.piece
    return is_as_announced and (not shows_alpha or level.webp_channels == CHANNELS_WITH_ALPHA)


def chunks_of(webp: bytes) -> Iterator[Chunk]:
    """What the file consists of, one after the other; ends quietly at what is no chunk."""
    position = FILE_HEADER_BYTES
    for _ in range(MOST_CHUNKS):
        kind, length = webp[position : position + 4], little(webp[position + 4 : position + 8])
        start = position + 8
        if len(webp) < start + length or len(kind) < 4:
            return
        yield Chunk(kind, webp[start : start + length])
        position = start + length + length % 2


def webp_with_profile(webp: bytes, profile: bytes) -> bytes:
    """The WebP with a colour profile in front of its pixels (RFC 9649, 2.7)."""
    chunks = [chunk for chunk in chunks_of(webp) if chunk.kind != LARGE]
    flags = PROFILE_FLAG | (ALPHA_FLAG if any(map(has_alpha, chunks)) else 0)
    extent = extent_in(chunks[-1])
    if extent is None:
        raise ValueError("A WebP has no picture where one belongs.")
    edges = b"".join((edge - 1).to_bytes(3, "little") for edge in (extent.width, extent.height))
    header = Chunk(LARGE, bytes((flags, 0, 0, 0)) + edges)
    content = b"".join(chunk.written() for chunk in (header, Chunk(PROFILE, profile), *chunks))
    return RIFF + (4 + len(content)).to_bytes(4, "little") + b"WEBP" + content
