"""An image at a remote place: what is known of it, and how its bytes are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import blake2b

from iiifserver.iiif.errors import SourceUnavailable

from .spans import Span


class Mode(Enum):
    """How an image is asked for. The value is what is stored in a row's options."""

    HEAD = "head"
    RANGED = "ranged"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What tells one version of a remote file from another."""

    size: int
    tag: str = ""
    """The ETag, or what the service has in its place; empty where there is none."""
    modified: datetime | None = None
    proof: str = ""
    """A digest of bytes that were seen, for files of which the server says neither tag nor time."""

    def is_same_as(self, other: State) -> bool:
        """Whether nothing that both know of speaks against their being one version."""
        tags_fit = not (self.tag and other.tag) or self.tag == other.tag
        times_fit = not (self.modified and other.modified) or self.modified == other.modified
        return self.size == other.size and tags_fit and times_fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a first request showed of an image."""

    state: State
    mode: Mode
    """How it is read from here on."""
    reason: str
    """Why so, in a sentence for staff."""
    start: bytes = b""
    """The first bytes, as far as they came along."""
    whole: Callable[[Span], bytes] | None = field(default=None, repr=False)
    """Reads from the whole file, where that is how it came."""

    @property
    def shows_in_pieces(self) -> bool:
        """Whether whoever reads a piece learns whether the image is still the one that was seen."""
        return self.mode is Mode.RANGED and bool(self.state.tag or self.state.modified)


class Remote(ABC):
    """One image at a remote place. Each request that fails raises an error of the tree; none is sent twice here."""

    address: str
    """What tells it from all other images; may be secret."""
    origin: str
    """The server that it is on: what fails together."""
    tells_with_pieces = True
    """Whether `read` is refused as soon as there is another version, and not only when this one is gone."""

    @abstractmethod
    def look(self, first_bytes: int, earlier: Look | None) -> Look | None:
        """What the place has now; `None` when it has nothing. `earlier` is what it had some time ago."""

    @abstractmethod
    def read(self, state: State, span: Span) -> bytes:
        """Exactly these bytes of exactly this version; raises `SourceReplaced` when there is another one."""


class Interrupted(SourceUnavailable):
    """A request broke off, or was refused for the moment: worth another try."""

    def __init__(self, sentence: str, wait_seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_seconds = wait_seconds
        """What the server asked to wait, where it did."""
        if wait_seconds is not None:
            self.retry_after_seconds = max(1, round(wait_seconds))


def version_of(remote: Remote, state: State) -> str:
    """Differs between images and between versions of one; tells nothing about where they are."""
    modified = state.modified.isoformat() if state.modified else ""
    known = (remote.address, str(state.size), state.tag, modified if not state.tag else "", state.proof)
    return digest("\0".join(known))


def digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
