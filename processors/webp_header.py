"""The header of a WebP: the size of its canvas, before a decoder makes room for all of it (RFC 9649, 2.5 to 2.7)."""

from __future__ import annotations

from dataclasses import dataclass

from iiifserver.iiif.values import Extent

LOSSLESS_SIGN = b"\x2f"
LOSSY_START = b"\x9d\x01\x2a"
FOURTEEN_BITS = 0x3FFF
LOSSLESS_ALPHA_BIT = 28

FILE_HEADER_BYTES, CHUNK_HEADER_BYTES = 12, 8
HEAD_BYTES = 10
"""Of a chunk, that tell its size."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One of the parts that a WebP is made of: its kind, and what is in it, or the beginning of that."""

    kind: bytes
    content: bytes

    def written(self) -> bytes:
        """With its header, and filled up to an even number of bytes."""
        return self.kind + len(self.content).to_bytes(4, "little") + self.content + bytes(len(self.content) % 2)


def canvas_of(head: bytes) -> Extent | None:
    """The size that the first bytes of a WebP tell; `None` where they tell none."""
    start = FILE_HEADER_BYTES + CHUNK_HEADER_BYTES
    return extent_in(Chunk(head[FILE_HEADER_BYTES : FILE_HEADER_BYTES + 4], head[start : start + HEAD_BYTES]))


def extent_in(chunk: Chunk) -> Extent | None:
    """The size that the chunk tells; `None` where it tells none."""
    content = chunk.content[:HEAD_BYTES]
    if len(content) < HEAD_BYTES:
        return None
    if chunk.kind == b"VP8X":
        return Extent(little(content[4:7]) + 1, little(content[7:10]) + 1)
    if chunk.kind == b"VP8L" and content.startswith(LOSSLESS_SIGN):
        bits = little(content[1:5])
        return Extent((bits & FOURTEEN_BITS) + 1, (bits >> 14 & FOURTEEN_BITS) + 1)
    if chunk.kind == b"VP8 " and content[3:6] == LOSSY_START:
        edges = little(content[6:8]) & FOURTEEN_BITS, little(content[8:10]) & FOURTEEN_BITS
        return Extent(*edges) if all(edges) else None
    return None


def has_alpha(chunk: Chunk) -> bool:
    """Whether it is the chunk that makes pixels transparent, or one whose pixels may be."""
    return chunk.kind == b"ALPH" or (
        chunk.kind == b"VP8L" and bool(little(chunk.content[1:5]) >> LOSSLESS_ALPHA_BIT & 1)
    )


def little(content: bytes) -> int:
    return int.from_bytes(content, "little")
