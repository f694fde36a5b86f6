"""What is known of images, in all caches of that tier."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .base import InfoCache, LastingInfoCache
from .keys import CacheKey, Subject, digest, info_key
from .links import Link
from .purges import Purges
from .stamp import Stamp, age_of, content_of

VERSION_BYTES = 16


class Form(Protocol):
    """How a value is written for caches that keep bytes. Whoever puts values knows that; caches do not."""

    def written(self, value: Any) -> bytes | None:
        """The value as bytes; `None` for one that is not kept."""

    def read(self, raw: bytes) -> Any | None:
        """The value that was written so; `None` for bytes that are not sound."""

    def is_whole(self, value: Any) -> bool:
        """Whether nothing of the value has been forgotten that its bytes would bring back."""


class Unwritten:
    """The form of values that only caches in memory keep."""

    def written(self, value: Any) -> None:
        return None

    def read(self, raw: bytes) -> None:
        return None

    def is_whole(self, value: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Topic:
    """What a value is about, and how it is written."""

    subject: Subject
    version: Hashable
    """The state of things for which the value holds; its `repr` is the same in every process."""
    page: int = 1
    form: Form = field(default_factory=Unwritten)

    @property
    def key(self) -> CacheKey:
        return info_key(self.subject, self.page)

    @property
    def version_digest(self) -> bytes:
        return bytes.fromhex(digest(repr(self.version)))


@dataclass(frozen=True, slots=True)
class Known:
    """A value, and the newest purge when it was found out."""

    generation: int
    value: Any


@dataclass(frozen=True, slots=True)
class Infos:
    """What is known of images: values in the memory of the process, in front of bytes that last."""

    links: tuple[Link[InfoCache | LastingInfoCache], ...] = ()
    """The quickest first."""
    purges: Purges = field(default_factory=Purges)

    @property
    def outlive_processes(self) -> bool:
        """Whether any of the caches keeps bytes."""
        return any(isinstance(link.cache, LastingInfoCache) for link in self.links)

    def get(self, topic: Topic) -> Any | None:
        """The value from the first cache that has all of it; those in front get it too."""
        key, partial = topic.key, None
        for index, link in enumerate(self.links):
            known = link.read(topic.subject.source, lambda cache: self._current(topic, key, held_by(cache, topic, key)))
            if known is None:
                continue
            if topic.form.is_whole(known.value):
                self._put_known(topic, key, known, self.links[:index])
                return known.value
            partial = partial or known.value
        return partial

    def put(self, topic: Topic, value: Any, generation: int) -> None:
        """Remembers a value that was found out when this was the newest purge, unless it has been purged since."""
        key = topic.key
        if self.purges.allow_info(topic.subject, key.image, generation):
            self._put_known(topic, key, Known(generation, value), self.links)

    def _current(self, topic: Topic, key: CacheKey, known: Known | None) -> Known | None:
        is_current = known is not None and self.purges.allow_info(topic.subject, key.image, known.generation)
        return known if is_current else None

    def _put_known(
        self, topic: Topic, key: CacheKey, known: Known, links: Iterable[Link[InfoCache | LastingInfoCache]]
    ) -> None:
        for link in links:
            link.write(lambda cache: put_into(cache, topic, key, known))


def held_by(cache: InfoCache | LastingInfoCache, topic: Topic, key: CacheKey) -> Known | None:
    """What the cache has for just that version."""
    if isinstance(cache, InfoCache):
        known: Known | None = cache.get(key, topic.version)
        return known
    stamped = cache.get(key)
    age = age_of(stamped) if stamped is not None else None
    if stamped is None or age is None:
        return None
    content = content_of(stamped)
    if content[:VERSION_BYTES] != topic.version_digest:
        return None
    value = topic.form.read(content[VERSION_BYTES:])
    return None if value is None else Known(age.generation, value)


def put_into(cache: InfoCache | LastingInfoCache, topic: Topic, key: CacheKey, known: Known) -> None:
    if isinstance(cache, InfoCache):
        cache.put(key, topic.version, known)
        return
    written = topic.form.written(known.value)
    if written is not None:
        stamp = Stamp(known.generation, int(time.time()), topic.subject)
        cache.put(key, stamp.before(topic.version_digest + written))
