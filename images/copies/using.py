"""How requests use working copies. No Django: the pipeline asks it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING

from caching.base import CacheUnavailable
from caching.keys import CacheKey, Subject
from caching.working_copies import GONE, CopyStore, KeptCopy, copy_key
from iiifserver.iiif.errors import ImageTooLarge, SourceUnavailable, TryAgainLater, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.watching.work import File
from processors.copied import CopiedPixels

from .examined import Examined, examined
from .rules import CopyRules, Makes, is_worth_a_copy

if TYPE_CHECKING:
    from caching.purges import Purges
    from processors.backends.tiles import TilesProcessor
    from processors.runtime import SourceImage

    from ..failed_files.known import Guard

logger = logging.getLogger("iiifserver.copies")

REMEMBERED_FILES = 500


@cache
def copy_reader() -> TilesProcessor:
    """Reads copies, whatever staff have set up for other TIFFs. Loaded when there is a first copy to be read."""
    from processors.backends.tiles import TilesOptions, TilesProcessor

    return TilesProcessor(TilesOptions(remembered_files=REMEMBERED_FILES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The working copies of this machine."""

    rules: CopyRules = CopyRules()
    store: CopyStore | None = None
    wish: Callable[[Examined], None] = lambda image: None
    """Has a copy be made some time."""
    note_slow: Callable[[Examined, float], None] = lambda image, seconds: None
    """Notes that a read took so many seconds."""

    def key(self, source: SourceImage, identifier: str, page: int) -> CacheKey:
        """Under which the copy of the image as it is now is kept."""
        return self.key_of(source.found, identifier, page)

    def key_of(self, found: Found, identifier: str, page: int) -> CacheKey:
        return copy_key(Subject(identifier, found.source), page, found.version, repr(self.rules.recipe))

    def of(self, source: SourceImage, identifier: str, page: int, purges: Purges, guard: Guard) -> SourceImage:
        """The image with its working copy, as far as there is one; else one is wished for, where the rules want it."""
        if self.store is None or not self.rules.may_have_one(source.facts):
            return source
        key = self.key(source, identifier, page)
        kept = self.store.find(key, purges)
        copied = None if kept is None else self.opened(key, kept, source.found, guard)
        if copied is not None:
            return source.with_copy(copied)
        if kept is None and self.rules.want_when_asked(source.facts, source.found.source):
            self.wish(examined(source, identifier, page))
        return source

    def alone(self, found: Found, identifier: str, page: int, purges: Purges, guard: Guard) -> SourceImage | None:
        """An image that may not be opened itself, as its working copy shows it; `None` where there is none."""
        # The pipeline knows of this module, and this one loads more than a pipeline needs.
        from processors.runtime import SourceImage

        if self.store is None or self.rules.makes is Makes.NEVER:
            return None
        key = self.key_of(found, identifier, page)
        kept = self.store.find(key, purges)
        copied = None if kept is None else self.opened(key, kept, found, guard)
        return None if copied is None else SourceImage.of_copy(found, copied)

    def opened(self, key: CacheKey, kept: KeptCopy, original: Found, guard: Guard) -> CopiedPixels | None:
        """The copy, ready to be read; `None` for one that cannot be, which is removed."""
        version = f"{original.version}+{key.picture}+{kept.age.made_at}"
        if guard.failed.reason_for(File(key.subject.identifier, version)) is not None:
            return None
        found = replace(original, open=kept.open, version=version, keep=None)
        try:
            return copied_pixels(found, kept)
        except TryAgainLater:
            return None
        except (Unreadable, ImageTooLarge) as error:
            logger.warning("A damaged working copy of “%s” is removed: %s", key.subject.identifier, error)
            self.remove(key)
            return None

    def remove(self, key: CacheKey) -> None:
        try:
            if self.store is not None:
                self.store.remove(key)
        except CacheUnavailable as error:
            logger.warning("A working copy could not be removed: %s", error)

    @contextmanager
    def reading(self, source: SourceImage, identifier: str, page: int) -> Iterator[None]:
        """A block in which the image is read: what took long is listed for the source doctor, a copy that cannot be
        read is removed.
        """
        begun = perf_counter()
        try:
            yield
        except Unreadable as error:
            if source.copy is None:
                raise
            logger.warning("A damaged working copy of “%s” is removed: %s", identifier, error)
            self.remove(self.key(source, identifier, page))
            raise SourceUnavailable(GONE) from error
        seconds = perf_counter() - begun
        if seconds >= self.rules.slow_seconds and source.copy is None and is_worth_a_copy(source.facts):
            self.note_slow(examined(source, identifier, page), seconds)


def copied_pixels(found: Found, kept: KeptCopy) -> CopiedPixels:
    """Raises as `Processor.facts` does."""
    reader = copy_reader()
    index = reader.index(found, 1)
    facts = reader.facts(found)
    if index is None or facts is None:
        raise Unreadable("This is no pyramid of ours.")
    made_at = datetime.fromtimestamp(kept.age.made_at, UTC)
    return CopiedPixels(found, facts, reader, index.levels[0].is_coded, made_at)
