"""Finished pictures, and what is known of images, in one of the site's databases."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.models import BinaryField, Count, QuerySet, Sum
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from ..base import MEGABYTE, ByteCache, CacheUnavailable, DerivativeCache, Entry, Judge, Swept, Usage
from ..keys import CacheKey
from ..seal import SEAL_BYTES, sealed, unsealed, without_seal
from ..stamp import USUAL_BYTES

if TYPE_CHECKING:
    from ..stored_pictures import StoredEntry

TOUCH_AFTER = timedelta(hours=1)
"""How old the note on when a picture was used last may grow before it is written again."""
PUTS_BETWEEN_TIDYINGS = 20
BATCH = 100
"""How many pictures give way at once."""
SWEPT_AT_ONCE = 500
"""How many rows a sweep looks at before somebody may stop it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    alias: str = "default"
    """The key in the site's DATABASES."""
    limit_megabytes: int = 1_000
    """Megabytes of a million bytes."""
    limit_entries: int = 100_000
    largest_bytes: int = 5_000_000


def alias_choices() -> list[tuple[str, str]]:
    return [(alias, alias) for alias in settings.DATABASES]


class DatabaseForm(forms.Form):
    alias = forms.ChoiceField(
        label="Database", choices=alias_choices, help_text="One of the site's DATABASES; usually “default”."
    )
    limit_megabytes = forms.IntegerField(
        label="Largest size",
        initial=1_000,
        min_value=1,
        max_value=1_000_000_000,
        help_text="In megabytes. When it is passed, pictures that were not asked for lately make room.",
    )
    limit_entries = forms.IntegerField(
        label="Most pictures",
        initial=100_000,
        min_value=1,
        max_value=100_000_000,
        help_text="How many pictures at most.",
    )
    largest_bytes = forms.IntegerField(
        label="Largest entry",
        initial=5_000_000,
        min_value=1,
        max_value=500_000_000,
        help_text="In bytes. Larger pictures are not kept in the database.",
    )


class TableCache(ByteCache):
    """Keeps entries as rows of a table."""

    is_shared = True
    unit: ClassVar[str]
    options: DatabaseOptions

    def __init__(self, options: DatabaseOptions) -> None:
        super().__init__(options)
        if options.alias not in settings.DATABASES:
            raise ValueError("The site has no database of that name.")
        self.limit_bytes = options.limit_megabytes * MEGABYTE
        self._puts = itertools.count(1)

    def get(self, key: CacheKey) -> bytes | None:
        with database_errors(self.options.alias):
            row = self._of(key).values_list("content", "used_at").first()
            if row is None:
                return None
            content, used_at = unsealed(bytes(row[0])), row[1]
            if content is None:
                self._of(key).delete()
            elif timezone.now() - used_at > TOUCH_AFTER:
                self._of(key).update(used_at=timezone.now())
            return content

    def put(self, key: CacheKey, content: bytes) -> None:
        if len(content) > self.options.largest_bytes:
            return
        raw = sealed(content)
        with database_errors(self.options.alias):
            # One statement: two workers may put the same picture at once.
            self._rows.bulk_create(
                [self._new(key, raw, timezone.now())],
                update_conflicts=True,
                unique_fields=["image", "picture"],
                update_fields=["content", "size", "used_at"],
            )
            if next(self._puts) % self._puts_between_tidyings == 0:
                self._make_room()

    def purge(self) -> int:
        with database_errors(self.options.alias):
            return self._removed(self._rows)

    def purge_image(self, image: str) -> int:
        with database_errors(self.options.alias):
            return self._removed(self._rows.filter(image=image))

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        rows = self._rows.filter(image=image) if image else self._rows
        with database_errors(self.options.alias):
            total = -(-rows.count() // SWEPT_AT_ONCE)
        done = last = 0
        while batch := self._batch_after(last, rows):
            done, last = done + 1, batch[-1][0]
            yield self._sweep_batch(batch, judge, removes, done, max(done, total))
        if removes and not image:
            yield self._keep_limits(max(done, total, 1))

    def _batch_after(self, last: int, rows: QuerySet[Any]) -> list[tuple[int, int, Any]]:
        """Primary key, size and beginning of the next rows."""
        beginning = Substr("content", 1, SEAL_BYTES + USUAL_BYTES, output_field=BinaryField())
        following = rows.filter(pk__gt=last).order_by("pk").annotate(beginning=beginning)
        with database_errors(self.options.alias):
            return list(following.values_list("pk", "size", "beginning")[:SWEPT_AT_ONCE])

    def _sweep_batch(
        self, batch: list[tuple[int, int, Any]], judge: Judge, removes: bool, done: int, total: int
    ) -> Swept:
        with database_errors(self.options.alias):
            doomed = {pk: size for pk, size, first in batch if judge(self._entry(pk, size, bytes(first)))}
            if removes and doomed:
                self._rows.filter(pk__in=list(doomed)).delete()
        size = sum(doomed.values())
        return Swept(done=done, total=total, looked_at=len(batch), entries=len(doomed), bytes=size)

    def _keep_limits(self, total: int) -> Swept:
        with database_errors(self.options.alias):
            entries, size = self._make_room()
        return Swept(done=total, total=total, entries=entries, bytes=size)

    def _entry(self, pk: int, size: int, first: bytes) -> Entry:
        def content() -> bytes | None:
            raw = self._rows.filter(pk=pk).values_list("content", flat=True).first()
            return None if raw is None else bytes(raw)

        def beginning(count: int) -> bytes:
            raw = first if count <= USUAL_BYTES else (content() or b"")
            return without_seal(raw)[:count]

        def is_whole() -> bool:
            raw = content()
            return raw is None or unsealed(raw) is not None

        return Entry(size=size, beginning=beginning, is_whole=is_whole)

    def usage(self) -> Usage:
        with database_errors(self.options.alias):
            entries, size = self._totals()
        return Usage(
            entries=entries,
            bytes=size,
            limit_bytes=self.limit_bytes,
            limit_entries=self.options.limit_entries,
            unit=self.unit,
        )

    def problems(self) -> Iterable[str]:
        try:
            with database_errors(self.options.alias):
                self._rows.first()
        except CacheUnavailable:
            alias = self.options.alias
            return [f"Its table cannot be read: run manage.py migrate --database={alias}, and look whether it answers."]
        return []

    @abstractmethod
    def _table(self) -> type[StoredEntry]:
        """The model. It is imported here, since models are not ready when kinds are registered."""

    @property
    def _rows(self) -> QuerySet[Any]:
        return self._table()._default_manager.using(self.options.alias)

    @property
    def _puts_between_tidyings(self) -> int:
        """A small cache is passed by a few pictures."""
        return min(PUTS_BETWEEN_TIDYINGS, max(1, self.options.limit_entries // BATCH))

    def _of(self, key: CacheKey) -> QuerySet[Any]:
        return self._rows.filter(image=key.image, picture=key.picture)

    def _new(self, key: CacheKey, raw: bytes, used_at: datetime) -> StoredEntry:
        entry: StoredEntry = self._rows.model(
            image=key.image, picture=key.picture, content=raw, size=len(raw), used_at=used_at
        )
        return entry

    def _totals(self) -> tuple[int, int]:
        totals = self._rows.aggregate(entries=Count("pk"), size=Sum("size"))
        return totals["entries"], totals["size"] or 0

    def _make_room(self) -> tuple[int, int]:
        """Removes what was used least recently until the limits are kept; how many entries and bytes went."""
        first = entries, size = self._totals()
        while entries > self.options.limit_entries or size > self.limit_bytes:
            batch = min(BATCH, max(1, entries - self.options.limit_entries, entries // BATCH))
            oldest = dict(self._rows.order_by("used_at").values_list("pk", "size")[:batch])
            self._rows.filter(pk__in=list(oldest)).delete()
            entries, size = entries - len(oldest), size - sum(oldest.values())
        evicted = first[0] - entries, first[1] - size
        self.counts.note_evicted(*evicted)
        return evicted

    def _removed(self, rows: QuerySet[Any]) -> int:
        return int(rows.delete()[0])


class DatabaseCache(TableCache, DerivativeCache):
    """Keeps pictures as rows of a table."""

    label = "DatabaseCache"
    used_for = "Several machines that share a PostgreSQL and nothing else. A Redis or a local disk is faster."
    options_class = DatabaseOptions
    form_class = DatabaseForm
    unit = "pictures"

    def _table(self) -> type[StoredEntry]:
        from ..stored_pictures import StoredPicture

        return StoredPicture


@contextmanager
def database_errors(alias: str) -> Iterator[None]:
    """Turns what databases raise into `CacheUnavailable`; a connection that was cut is not used again."""
    try:
        yield
    except (DatabaseError, InterfaceError, ConnectionDoesNotExist, OSError) as error:
        if alias in connections.databases:
            connections[alias].close_if_unusable_or_obsolete()
        raise CacheUnavailable(f"The database does not answer as it should ({type(error).__name__}).") from error
