"""What a source hands to whoever reads the image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO


def nothing_to_confirm() -> None:
    """For an image that its source has looked for just now, or long enough ago that this was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An image that a source has: how to open its bytes, and which bytes they are."""

    open: Callable[[], BinaryIO]
    """Opens the bytes for reading and seeking; the caller closes. May raise any error of the tree."""
    version: str
    """Differs whenever the bytes differ; tells nothing about where they are."""
    last_modified: datetime | None = None
    formats: frozenset[str] | None = None
    """The formats that may be read from its source, by the names of `source_formats`; `None` where any may."""
    is_far: bool = False
    """Whether its bytes come from another machine."""
    source: str = ""
    """The name of the source that has it, which the source itself need not know."""
    keep: Callable[[BinaryIO, int], BinaryIO | None] | None = None
    """Opens the copy of all bytes that this machine keeps, which is made of the opened image where there is none yet;
    `None` where it cannot be kept, or has more bytes than that. The caller closes. May raise any error of the tree.
    There where whole files are kept at all.
    """
    confirm: Callable[[], None] = nothing_to_confirm
    """Makes sure that the source still has this version, where it was not asked: by a request, unless the bytes that
    were read meanwhile have told. Raises `SourceReplaced` where it has another one or none, and any error of the tree.
    """
