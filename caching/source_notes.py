"""What stands beside a whole file in a folder: whose it is and since when, and how to tell that all of it is there.

The file itself has the image's bytes and no others, since those who read it look at its beginning and at its end.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from .shards import NOTE
from .stamp import Stamp, stamp_of

PROOF = struct.Struct(">8sQ16s")
MAGIC = b"iiifsrc1"
PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a whole file."""

    stamp: Stamp
    size: int
    """In bytes."""
    digest: bytes

    def written(self) -> bytes:
        return self.stamp.before(b"") + PROOF.pack(MAGIC, self.size, self.digest)


def note_of(path: str) -> Note | None:
    """The note beside a file; `None` where there is none, or none that is sound."""
    raw = raw_note(path)
    stamp = stamp_of(raw[: -PROOF.size])
    if stamp is None:
        return None
    magic, size, digest = PROOF.unpack(raw[-PROOF.size :])
    return Note(stamp, size, digest) if magic == MAGIC else None


def raw_note(path: str) -> bytes:
    """As it was written; nothing where there is none."""
    with suppress(OSError), open(path + NOTE, "rb") as handle:
        return handle.read()
    return b""


def is_whole(path: str) -> bool:
    """Whether every byte of a file is as it was put; reads all of it. One that has gone meanwhile needs no care."""
    note = note_of(path)
    try:
        if note is None or os.path.getsize(path) != note.size:
            return not os.path.exists(path)
        return digest_of(path) == note.digest
    except FileNotFoundError:
        return True


def digest_of(path: str) -> bytes:
    seen = new_digest()
    for piece in pieces_of(path):
        seen.update(piece)
    return seen.digest()


def new_digest() -> hashlib.blake2b:
    """To be fed with all bytes of a file."""
    return hashlib.blake2b(digest_size=16)


def pieces_of(path: str) -> Iterator[bytes]:
    with open(path, "rb") as handle:
        while piece := handle.read(PIECE_BYTES):
            yield piece
