"""What is known of images, in the memory of each process."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from django import forms

from ..base import InfoCache, Usage
from ..keys import CacheKey


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoMemoryOptions:
    max_entries: int = 10_000


class InfoMemoryForm(forms.Form):
    max_entries = forms.IntegerField(
        label="Most images",
        initial=10_000,
        min_value=1,
        max_value=10_000_000,
        help_text="Of how many images each worker process knows size, tiles and format without opening them; each page "
        "of a document counts as one. A thousand take about one megabyte.",
    )


class InfoMemoryCache(InfoCache):
    """Keeps the values of the pages that were asked for last."""

    label = "Memory"
    used_for = "Answering info.json and finding tiles without opening the image again."
    is_shared = False
    options_class = InfoMemoryOptions
    form_class = InfoMemoryForm
    options: InfoMemoryOptions

    def __init__(self, options: InfoMemoryOptions) -> None:
        super().__init__(options)
        self._lock = threading.Lock()
        self._entries: LRUCache[CacheKey, tuple[Hashable, Any]] = LRUCache(options.max_entries)

    def get(self, key: CacheKey, version: Hashable) -> Any | None:
        with self._lock:
            entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] == version else None

    def put(self, key: CacheKey, version: Hashable, value: Any) -> None:
        with self._lock:
            is_full = key not in self._entries and len(self._entries) >= self.options.max_entries
            self._entries[key] = (version, value)
        if is_full:
            self.counts.note_evicted(1)

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

    def usage(self) -> Usage:
        with self._lock:
            entries = len(self._entries)
        return Usage(entries=entries, limit_entries=self.options.max_entries, unit="images", note="in one worker")
