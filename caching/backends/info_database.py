"""What is known of images, in one of the site's databases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms

from ..base import LastingInfoCache
from .database import DatabaseForm, DatabaseOptions, TableCache

if TYPE_CHECKING:
    from ..stored_pictures import StoredEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoDatabaseOptions(DatabaseOptions):
    """The same as for pictures, for much smaller rows."""

    limit_megabytes: int = 500
    largest_bytes: int = 2_000_000


class InfoDatabaseForm(DatabaseForm):
    limit_megabytes = forms.IntegerField(
        label="Largest size",
        initial=500,
        min_value=1,
        max_value=1_000_000_000,
        help_text="In megabytes. When it is passed, what is known of images that were not asked for lately makes room.",
    )
    limit_entries = forms.IntegerField(
        label="Most images",
        initial=100_000,
        min_value=1,
        max_value=100_000_000,
        help_text="Of how many images at most. Each page of a document counts as one.",
    )
    largest_bytes = forms.IntegerField(
        label="Largest entry",
        initial=2_000_000,
        min_value=1,
        max_value=500_000_000,
        help_text="In bytes. What takes more, such as the places of very many tiles, is read from the image again.",
    )


class InfoDatabaseCache(TableCache, LastingInfoCache):
    """Keeps what is known of each page as a row of a table."""

    label = "DatabaseCache"
    used_for = "Several machines that share a PostgreSQL and nothing else, and what they know of images."
    options_class = InfoDatabaseOptions
    form_class = InfoDatabaseForm
    unit = "images"

    def _table(self) -> type[StoredEntry]:
        from ..stored_pictures import StoredInfo

        return StoredInfo
