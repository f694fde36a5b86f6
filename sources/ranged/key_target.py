"""Putting an object into an object store: all of it or nothing, and nothing in the place of another unasked."""

from __future__ import annotations

import mimetypes
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import BinaryIO, TypeVar

from iiifserver.iiif.errors import (
    AlreadyThere,
    Forbidden,
    IIIFError,
    NotFound,
    SourceMissing,
    SourceNonsense,
    SourceReplaced,
    SourceUnavailable,
)
from iiifserver.outbound.deadlines import time_limit

from ..putting import TAKEN
from .retries import Patience

T = TypeVar("T")

PIECE_BYTES = 16 * 1024 * 1024
"""What is in memory of an upload. All stores take pieces of this size, and so many that the largest upload fits."""


class Conflict(SourceNonsense):
    """The store says that something else is in the way."""

    def __init__(self) -> None:
        super().__init__("The source cannot do this as things are.")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the bytes of an object that is too large for one request."""

    number: int
    """Counted from 1."""
    start: int
    content: bytes
    is_last: bool

    @property
    def stop(self) -> int:
        return self.start + len(self.content)


class Target(ABC):
    """The key under which an object is put. Each request that fails raises an error of the tree: `SourceReplaced` or
    `Conflict` where something is under the key that is not to be replaced. Serves one upload.
    """

    @abstractmethod
    def is_taken(self) -> bool:
        """Whether something is under the key."""

    @abstractmethod
    def put(self, content: bytes, *, replaces: bool) -> None:
        """Puts all of an object in one request."""

    @abstractmethod
    def begin(self, *, replaces: bool) -> None:
        """Announces an object that comes in pieces."""

    @abstractmethod
    def add(self, piece: Piece) -> None:
        """Sends a piece, and may be asked to send it again; nobody can read it yet, unless it is the last."""

    @abstractmethod
    def finish(self, *, replaces: bool) -> None:
        """Makes one object of the pieces, all of which have come."""

    @abstractmethod
    def give_up(self) -> None:
        """Has the store forget the pieces."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often the store is asked."""

    seconds: float
    """For one piece with all attempts."""
    patience: Patience

    def once(self, work: Callable[[], T]) -> T:
        """What the work gives, which is not to be done twice."""
        with time_limit(self.seconds):
            return work()

    def patiently(self, work: Callable[[], T]) -> T:
        with time_limit(self.seconds):
            return self.patience.try_out(work)


def put_object(target: Target, content: BinaryIO, pace: Pace, *, replaces: bool) -> None:
    """Puts the bytes, from where the file stands to its end. Raises `AlreadyThere`, `Forbidden`, `NotFound` and what
    says that the store does not do its part.
    """
    with errors_of_writing():
        # Not every store keeps to the condition that goes with the bytes.
        if not replaces and pace.patiently(target.is_taken):
            raise AlreadyThere(TAKEN)
        pieces = pieces_of(content)
        first = next(pieces)
        if first.is_last:
            pace.once(partial(target.put, first.content, replaces=replaces))
        else:
            put_pieces(target, chain([first], pieces), pace, replaces=replaces)


def put_pieces(target: Target, pieces: Iterator[Piece], pace: Pace, *, replaces: bool) -> None:
    pace.once(partial(target.begin, replaces=replaces))
    try:
        for piece in pieces:
            pace.patiently(partial(target.add, piece))
        pace.once(partial(target.finish, replaces=replaces))
    except BaseException:
        with suppress(IIIFError):
            pace.once(target.give_up)
        raise


def pieces_of(content: BinaryIO) -> Iterator[Piece]:
    """The bytes that are left of a file; one piece at least. Reads one ahead, to know which is the last."""
    number, start, current = 1, 0, piece_from(content)
    while True:
        following = piece_from(content) if len(current) == PIECE_BYTES else b""
        yield Piece(number, start, current, is_last=not following)
        if not following:
            return
        number, start, current = number + 1, start + len(current), following


def piece_from(content: BinaryIO) -> bytes:
    """A whole piece, or what is left of the file."""
    parts, missing = [], PIECE_BYTES
    try:
        while missing and (part := content.read(missing)):
            parts.append(part)
            missing -= len(part)
    except OSError as error:
        raise SourceUnavailable("The file that was sent cannot be read to its end.") from error
    return b"".join(parts)


def media_type_of(key: str) -> str:
    """What the store is to tell others about the object."""
    return mimetypes.guess_type(f"file:{key.rpartition('/')[2]}")[0] or "application/octet-stream"


@contextmanager
def errors_of_writing() -> Iterator[None]:
    """Says what the errors of the tree mean to somebody who puts an image, and not to somebody who asks for one."""
    try:
        yield
    except (SourceReplaced, Conflict) as error:
        raise AlreadyThere(TAKEN) from error
    except SourceMissing as error:
        raise NotFound("The bucket or container of this source is not there.") from error
    except Forbidden as error:
        raise Forbidden(
            "The account of this source may not put images there. Have it given the right to write."
        ) from error
