"""Bytes that prove to be whole: what stands in a store that may be torn, truncated or written by others."""

from __future__ import annotations

import struct
import zlib

# A number could be stored as text: the first byte tells ours from it.
MAGIC = b"\xffiiif-3\n"
HEADER = struct.Struct(">8sQI")
SEAL_BYTES = HEADER.size


def sealed(content: bytes) -> bytes:
    """The content behind its length and checksum."""
    return HEADER.pack(MAGIC, len(content), checksum(content)) + content


def without_seal(beginning: bytes) -> bytes:
    """The first bytes of the content, unchecked; none where there is no seal of ours."""
    return beginning[HEADER.size :] if beginning.startswith(MAGIC) else b""


def unsealed(raw: bytes) -> bytes | None:
    """The content that was sealed; `None` when a single byte is missing, added or wrong."""
    if len(raw) < HEADER.size:
        return None
    magic, length, expected = HEADER.unpack_from(raw)
    content = raw[HEADER.size :]
    is_whole = magic == MAGIC and length == len(content) and checksum(content) == expected
    return content if is_whole else None


def checksum(content: bytes) -> int:
    # It finds what tears and rots, in a tenth of the time of a digest; who may write there is kept out by neither.
    return zlib.crc32(content)
