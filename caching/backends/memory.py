"""Finished pictures in the memory of each process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache
from django import forms

from ..base import MEGABYTE, CacheCounts, DerivativeCache, Entry, Judge, Swept, Usage
from ..keys import CacheKey


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryOptions:
    limit_megabytes: int = 100
    """In each process; megabytes of a million bytes."""
    limit_entries: int = 10_000


class MemoryForm(forms.Form):
    limit_megabytes = forms.IntegerField(
        label="Target size",
        initial=100,
        min_value=1,
        max_value=1_000_000,
        help_text="In megabytes, for each worker process: four workers may take four times as much.",
    )
    limit_entries = forms.IntegerField(
        label="Most pictures",
        initial=10_000,
        min_value=1,
        max_value=10_000_000,
        help_text="How many pictures each worker keeps at most.",
    )


class Pictures(LRUCache[CacheKey, bytes]):
    """At most so many bytes of them; what makes room is counted."""

    def __init__(self, most_bytes: int, counts: CacheCounts) -> None:
        super().__init__(most_bytes, getsizeof=len)
        self._counts = counts

    def popitem(self) -> tuple[CacheKey, bytes]:
        key, content = super().popitem()
        self._counts.note_evicted(1, len(content))
        return key, content


class MemoryCache(DerivativeCache):
    """Keeps what was used last, within a number of bytes and of entries."""

    label = "Memory"
    used_for = "The pictures of the moment, in front of a slower cache. Empty after a restart."
    is_shared = False
    options_class = MemoryOptions
    form_class = MemoryForm
    options: MemoryOptions

    def __init__(self, options: MemoryOptions) -> None:
        super().__init__(options)
        self._lock = threading.Lock()
        self._entries = Pictures(options.limit_megabytes * MEGABYTE, self.counts)

    def get(self, key: CacheKey) -> bytes | None:
        with self._lock:
            return self._entries.get(key)

    def put(self, key: CacheKey, content: bytes) -> None:
        with self._lock:
            # The library raises for an entry that alone is larger than the whole cache.
            with suppress(ValueError):
                self._entries[key] = content
            while len(self._entries) > self.options.limit_entries:
                self._entries.popitem()

    def purge(self) -> int:
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            return count

    def purge_image(self, image: str) -> int:
        with self._lock:
            keys = [key for key in self._entries if key.image == image]
            for key in keys:
                del self._entries[key]
            return len(keys)

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        with self._lock:
            entries = [(key, content) for key, content in self._entries.items() if key.image == (image or key.image)]
        doomed = [(key, content) for key, content in entries if judge(entry_of(content))]
        if removes:
            with self._lock:
                doomed = [(key, content) for key, content in doomed if self._entries.pop(key, None) is not None]
        size = sum(len(content) for _, content in doomed)
        yield Swept(done=1, total=1, looked_at=len(entries), entries=len(doomed), bytes=size)

    def usage(self) -> Usage:
        with self._lock:
            return Usage(
                entries=len(self._entries),
                bytes=int(self._entries.currsize),
                limit_bytes=int(self._entries.maxsize),
                limit_entries=self.options.limit_entries,
                unit="pictures",
                note="in one worker",
            )


def entry_of(content: bytes) -> Entry:
    return Entry(size=len(content), beginning=lambda count: content[:count], is_whole=lambda: True)
