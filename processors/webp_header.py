"""The header of a WebP: the size of its canvas, before a decoder makes room for all of it (RFC 9649, 2.5 to 2.7)."""

from __future__ import annotations

from iiifserver.iiif.values import Extent

LOSSLESS_SIGN = b"\x2f"
LOSSY_START = b"\x9d\x01\x2a"
FOURTEEN_BITS = 0x3FFF


def canvas_of(head: bytes) -> Extent | None:
    """The size that the first bytes of a WebP tell; `None` where they tell none."""
    kind, content = head[12:16], head[20:30]
    if len(content) < 10:
        return None
    if kind == b"VP8X":
        return Extent(little(content[4:7]) + 1, little(content[7:10]) + 1)
    if kind == b"VP8L" and content.startswith(LOSSLESS_SIGN):
        bits = little(content[1:5])
        return Extent((bits & FOURTEEN_BITS) + 1, (bits >> 14 & FOURTEEN_BITS) + 1)
    if kind == b"VP8 " and content[3:6] == LOSSY_START:
        edges = little(content[6:8]) & FOURTEEN_BITS, little(content[8:10]) & FOURTEEN_BITS
        return Extent(*edges) if all(edges) else None
    return None


def little(content: bytes) -> int:
    return int.from_bytes(content, "little")
