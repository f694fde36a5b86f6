"""What caches in object stores have in common: S3, Azure and Google keep pictures as objects below a prefix."""

from __future__ import annotations

import itertools
import re
import struct
import time
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django import forms
from django.core.validators import RegexValidator

from .base import CacheUnavailable, DerivativeCache, Entry, Judge, Swept, Usage
from .keys import CacheKey
from .seal import SEAL_BYTES, sealed, unsealed, without_seal

PREFIX = r"[A-Za-z0-9][A-Za-z0-9_.=-]*(?:/[A-Za-z0-9][A-Za-z0-9_.=-]*)*"
WRITTEN_AT = struct.Struct(">Q")
"""Stands in front of each picture: when it was put there, in seconds since 1970."""
BATCH = 1000
"""How many objects are removed at once; what S3 allows."""
COUNTED = 1000
"""How many objects are counted for the Status page; a larger number is told as “or more”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStoreOptions:
    """What every object store is asked."""

    key_prefix: str = "iiif-pictures"
    ttl_seconds: int = 2_592_000
    """0 for no end."""
    largest_bytes: int = 20_000_000
    timeout_seconds: float = 5

    def __post_init__(self) -> None:
        if not re.fullmatch(PREFIX, self.key_prefix):
            raise ValueError("A key prefix is needed, such as iiif-pictures: nothing outside it is ever touched.")


class ObjectStoreForm(forms.Form):
    """The fields that all object stores share; a kind puts its own in front."""

    key_prefix = forms.CharField(
        label="Key prefix",
        initial="iiif-pictures",
        max_length=200,
        validators=[
            RegexValidator(f"^{PREFIX}$", "Use letters, digits and the signs _ . = - with a slash in between.")
        ],
        help_text="Every key begins so; nothing else in the bucket is ever touched. Servers with one prefix share "
        "pictures.",
    )
    ttl_seconds = forms.IntegerField(
        label="Time to live",
        initial=2_592_000,
        min_value=0,
        max_value=10**9,
        help_text="In seconds from when a picture was made; 0 for no end. The store itself removes what is old when "
        "the bucket has a lifecycle rule for the prefix.",
    )
    largest_bytes = forms.IntegerField(
        label="Largest entry",
        initial=20_000_000,
        min_value=1,
        max_value=500_000_000,
        help_text="In bytes. Larger pictures are not kept.",
    )
    timeout_seconds = forms.FloatField(
        label="Timeout",
        initial=5,
        min_value=0.1,
        max_value=60,
        help_text="In seconds. A store that is slower than this is passed by, and the picture is made.",
    )


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as its store lists it."""

    name: str
    size: int
    """In bytes."""
    written_at: float
    """In seconds since 1970."""


class ObjectStoreCache(DerivativeCache):
    """Keeps each picture as an object named `{prefix}/{image}/{picture}`."""

    is_shared = True
    options: ObjectStoreOptions

    @abstractmethod
    def read_object(self, name: str, count: int | None = None) -> bytes | None:
        """The object's bytes, so many from the first on or all, or `None` where there is none."""

    @abstractmethod
    def write_object(self, name: str, raw: bytes) -> None:
        """Puts the object there, in place of one that is there."""

    @abstractmethod
    def objects(self, prefix: str) -> Iterator[StoredObject]:
        """All objects whose names begin so, a page at a time."""

    @abstractmethod
    def remove_objects(self, names: list[str]) -> None:
        """Removes these objects, at most `BATCH`."""

    @abstractmethod
    def store_errors(self) -> AbstractContextManager[None]:
        """Turns what the store's library raises into `CacheUnavailable`."""

    def get(self, key: CacheKey) -> bytes | None:
        with self.store_errors():
            raw = self.read_object(self.name_of(key))
        dated = None if raw is None else unsealed(raw)
        if dated is None or len(dated) < WRITTEN_AT.size or self.is_too_old(dated):
            return None
        return dated[WRITTEN_AT.size :]

    def put(self, key: CacheKey, content: bytes) -> None:
        if len(content) <= self.options.largest_bytes:
            dated = WRITTEN_AT.pack(int(time.time())) + content
            with self.store_errors():
                self.write_object(self.name_of(key), sealed(dated))

    def purge(self) -> int:
        return self.remove_all(f"{self.options.key_prefix}/")

    def purge_image(self, image: str) -> int:
        return self.remove_all(f"{self.options.key_prefix}/{image}/")

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        """How many objects there are, only the store knows: the sweep is at its end when no more come."""
        remaining = self.objects(f"{self.options.key_prefix}/{image}/" if image else f"{self.options.key_prefix}/")
        done = 0
        while batch := self._next_batch(remaining):
            done += 1
            yield self._sweep_batch(batch, judge, removes, done)
        if done:
            yield Swept(done=done + 1, total=done + 1)

    def _next_batch(self, remaining: Iterator[StoredObject]) -> list[StoredObject]:
        with self.store_errors():
            return list(itertools.islice(remaining, BATCH))

    def _sweep_batch(self, batch: list[StoredObject], judge: Judge, removes: bool, done: int) -> Swept:
        with self.store_errors():
            doomed = [found for found in batch if judge(self._entry(found))]
            if removes and doomed:
                self.remove_objects([found.name for found in doomed])
        size = sum(found.size for found in doomed)
        return Swept(done=done, total=done + 1, looked_at=len(batch), entries=len(doomed), bytes=size)

    def _entry(self, found: StoredObject) -> Entry:
        def beginning(count: int) -> bytes:
            raw = self.read_object(found.name, SEAL_BYTES + WRITTEN_AT.size + count)
            return b"" if raw is None else without_seal(raw)[WRITTEN_AT.size :]

        def is_whole() -> bool:
            raw = self.read_object(found.name)
            return raw is None or unsealed(raw) is not None

        is_expired = self._is_over(found.written_at)
        return Entry(size=found.size, is_expired=is_expired, beginning=beginning, is_whole=is_whole)

    def usage(self) -> Usage:
        with self.store_errors():
            first = list(itertools.islice(self.objects(f"{self.options.key_prefix}/"), COUNTED + 1))
        is_more = len(first) > COUNTED
        return Usage(entries=min(len(first), COUNTED), unit="objects", note="or more" if is_more else "")

    def problems(self) -> Iterable[str]:
        try:
            self.usage()
        except CacheUnavailable as error:
            return [f"{error} Look at the bucket, the address and the keys. Pictures are made anew meanwhile."]
        return []

    def name_of(self, key: CacheKey) -> str:
        return f"{self.options.key_prefix}/{key}"

    def is_too_old(self, dated: bytes) -> bool:
        (written_at,) = WRITTEN_AT.unpack_from(dated)
        return self._is_over(written_at)

    def _is_over(self, written_at: float) -> bool:
        return bool(self.options.ttl_seconds) and time.time() - written_at > self.options.ttl_seconds

    def remove_all(self, prefix: str) -> int:
        """Removes all objects that begin so; how many."""
        removed = 0
        with self.store_errors():
            remaining = self.objects(prefix)
            while batch := list(itertools.islice(remaining, BATCH)):
                self.remove_objects([found.name for found in batch])
                removed += len(batch)
        return removed
