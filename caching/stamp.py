"""What stands before every finished picture in a cache: whose it is, and since when."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .keys import Subject

HEAD = struct.Struct(">QQHH")
LONGEST_NAME = 65_535
"""In bytes, of an identifier and of the name of a source."""
USUAL_BYTES = 512
"""So much at the beginning of an entry nearly always holds its whole stamp."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Since when an entry stands, and of which image it is."""

    generation: int
    """The number of the newest purge when the picture was begun."""
    made_at: int
    """In seconds since 1970."""
    subject: Subject

    def before(self, content: bytes) -> bytes:
        """The content behind this stamp."""
        names = [encoded(name) for name in (self.subject.identifier, self.subject.source)]
        return b"".join((HEAD.pack(self.generation, self.made_at, *map(len, names)), *names, content))


@dataclass(frozen=True, slots=True)
class Age:
    """The part of a stamp that every reader needs."""

    generation: int
    made_at: int


def age_of(stamped: bytes) -> Age | None:
    """Since when an entry stands; `None` where it has no stamp."""
    if len(stamped) < HEAD.size:
        return None
    generation, made_at, _, _ = HEAD.unpack_from(stamped)
    return Age(generation, made_at)


def content_of(stamped: bytes) -> bytes:
    """What stands behind the stamp."""
    _, _, identifier, source = HEAD.unpack_from(stamped)
    return stamped[HEAD.size + identifier + source :]


def stamp_length(stamped: bytes) -> int:
    """How many bytes the stamp takes; 0 where so little of the entry tells nothing."""
    if len(stamped) < HEAD.size:
        return 0
    _, _, identifier, source = HEAD.unpack_from(stamped)
    return int(HEAD.size + identifier + source)


def stamp_of(stamped: bytes) -> Stamp | None:
    """The whole stamp; `None` where it is not there as a whole."""
    length = stamp_length(stamped)
    if not length or len(stamped) < length:
        return None
    generation, made_at, identifier, _ = HEAD.unpack_from(stamped)
    names = stamped[HEAD.size : length]
    return Stamp(generation, made_at, Subject(decoded(names[:identifier]), decoded(names[identifier:])))


def encoded(name: str) -> bytes:
    # No address is as long as this; a name that were cut would only be purged with the rest.
    return name.encode("utf-8", "surrogatepass")[:LONGEST_NAME]


def decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
