"""What a thread is doing with a file."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from functools import lru_cache


class Kind(enum.IntEnum):
    """What is read of a file."""

    HEADER = 1
    PIXELS = 2
    WORDS = 3


@dataclass(frozen=True, slots=True)
class File:
    """A file as long as its bytes stay what they are."""

    identifier: str
    version: str

    @property
    def digest(self) -> bytes:
        """16 bytes that are the same for the same identifier and version alone."""
        return digest_of(self.identifier, self.version)


@lru_cache(maxsize=1024)
def digest_of(identifier: str, version: str) -> bytes:
    named = f"{len(identifier)} {identifier} {version}"
    return hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a thread may decode, in seconds; waiting for a turn or for a source does not count."""

    seconds: float = 60.0
    large_seconds: float = 300.0
    """For an image that is large enough for the lane of large ones."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A piece of decoding under way, as another process reads it."""

    process: int
    thread: int
    number: int
    """Counts the pieces of work of a process; tells one from the next."""
    kind: Kind
    deadline: float
    """On the machine's monotonic clock."""
    digest: bytes
    identifier: str
    """Shortened where it is very long, as is the version."""
    version: str
