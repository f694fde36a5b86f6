"""Images in one of the site's Django storages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from iiifserver.iiif.errors import Forbidden, NotFound, SourceMissing, SourceUnavailable
from iiifserver.iiif.found import Found

from ..base import FolderEntry, Matches, Place, folded
from ..listing import first_in_order
from ..putting import is_fit_for_a_file
from ..stored.errors import storage_errors
from ..stored.files import found
from ..stored.listing import can_list, names_below
from ..stored.names import (
    can_be_a_name,
    climbs,
    has_folder,
    is_open,
    leads_out,
    leads_to_open,
    open_aliases,
    open_folders,
)
from ..stored.putting import put
from ..watched import WatchedSource

if TYPE_CHECKING:
    from django.core.files.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageOptions:
    alias: str
    """The key in the site's STORAGES."""
    path_prefix: str = ""
    """What every name begins with, such as `scans/`; nothing else of the storage is given out."""

    def __post_init__(self) -> None:
        if not all(isinstance(text, str) for text in (self.alias, self.path_prefix)):
            raise TypeError("The alias and the path prefix are texts.")


def alias_choices() -> list[tuple[str, str]]:
    return [(alias, alias) for alias in open_aliases()]


class StorageForm(forms.Form):
    alias = forms.ChoiceField(
        label="Storage",
        choices=alias_choices,
        help_text="One of the site's STORAGES. Which of them may be chosen stands in the settings, under "
        'IIIFSERVER["STORAGE_ALIASES"].',
    )
    path_prefix = forms.CharField(
        label="Path prefix",
        required=False,
        help_text="What every name begins with, such as scans/: nothing else is given out. Empty for everything in the "
        "storage, where the settings allow that.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean_path_prefix(self) -> str:
        prefix: str = self.cleaned_data["path_prefix"]
        if prefix and climbs(prefix.rstrip("/")):
            raise forms.ValidationError("Write the names of folders with a slash between them, and none in front.")
        return prefix

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        alias, prefix = cleaned.get("alias"), cleaned.get("path_prefix")
        if alias and prefix is not None and not leads_to_open(alias, prefix):
            self.add_error("path_prefix", f"Of this storage you may choose {' or '.join(open_folders(alias))}.")
        return cleaned


class StorageSource(WatchedSource):
    """Opens an identifier as a name in a storage and never leaves the prefix."""

    label = "Django storage"
    used_for = "Images that the Django site already keeps in one of its STORAGES: a media folder, S3, Azure, Google."
    options_class = StorageOptions
    form_class = StorageForm
    options: StorageOptions

    def find(self, place: Place) -> Found | None:
        storage = self.storage()
        name = self.name_of(place.name)
        if name is None or leads_out(storage, name, self.options.path_prefix):
            return None
        try:
            with self.breaker.watching(self.options.alias), storage_errors(), storage.open(name, "rb") as stored:
                return found(storage, name, stored)
        except SourceMissing:
            return None

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        listed = self.search(folder, "", after, limit, math.inf)
        return listed.entries if listed else None

    def search(self, folder: str, text: str, after: str, limit: int, seconds: float) -> Matches | None:
        """A storage lists a folder as a whole or not at all, however long that takes."""
        storage, deadline = self.storage(), monotonic() + seconds
        names = self._names_in(storage, folder)
        if names is None:
            return None
        wanted = folded(text)
        matching = [name for name in names if wanted in folded(name)]
        entries: list[FolderEntry] = []
        # Links that lead out are left out, and others take their place: a short list is an end.
        while len(entries) < limit and (page := first_in_order(matching, after, limit)):
            listed = (FolderEntry(name, names[name]) for name in page)
            entries += (entry for entry in listed if self._is_given_out(storage, folder, entry))
            after = page[-1]
            if monotonic() > deadline:
                return Matches(entries[:limit], is_complete=False, goes_on_after=after)
        return Matches(entries[:limit])

    def unlisted(self) -> str:
        try:
            return "" if can_list(self.storage()) else "The storage of this source cannot tell which images it has."
        except SourceUnavailable as error:
            return str(error)

    def write(self, place: Place, content: BinaryIO, *, replaces: bool = False) -> None:
        storage = self.storage()
        folder, _, last = place.name.rpartition("/")
        name = self.name_of(place.name)
        if name is None or not is_fit_for_a_file(last):
            raise Forbidden("No image may have this name here. Choose another.")
        if folder and not self._has_folder(storage, folder):
            raise NotFound("There is no such folder in this source. Make it first, or choose another.")
        put(storage, name, content, replaces=replaces)

    def storage(self) -> Storage:
        """The site's storage; raises `SourceUnavailable` when the fence or the site does not know its alias."""
        if not leads_to_open(self.options.alias, self.options.path_prefix):
            raise SourceUnavailable("The storage of this source may not be read.")
        try:
            return storages[self.options.alias]
        except (InvalidStorageError, ImproperlyConfigured) as error:
            raise SourceUnavailable("The storage of this source is not set up.") from error

    def name_of(self, path: str) -> str | None:
        """The name in the storage; `None` where it would be no name, or one outside the prefix or the fence."""
        whole = self._whole(path)
        return whole if whole is not None and is_open(self.options.alias, whole) else None

    def _whole(self, path: str) -> str | None:
        """The path with the prefix in front; `None` where that would lead out of it."""
        whole = self.options.path_prefix + path
        return whole if can_be_a_name(whole) and not climbs(path) and not climbs(whole) else None

    def _has_folder(self, storage: Storage, folder: str) -> bool:
        """Whether there is such a folder, and anything that may be given out can be in it."""
        name = self._whole(folder)
        if name is None or not leads_to_open(self.options.alias, f"{name}/"):
            return False
        return has_folder(storage, name, self.options.path_prefix)

    def _names_in(self, storage: Storage, folder: str) -> dict[str, bool] | None:
        """The names in a folder, each with whether it is a folder; `None` where there is no such folder."""
        if not can_list(storage) or (folder and not self._has_folder(storage, folder)):
            return None
        return names_below(storage, self.options.path_prefix, folder)

    def _is_given_out(self, storage: Storage, folder: str, entry: FolderEntry) -> bool:
        """Whether a request for the entry would be answered: on this machine a link may lead out of the prefix."""
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_folder:
            return self._has_folder(storage, path)
        name = self.name_of(path)
        return name is not None and not leads_out(storage, name, self.options.path_prefix)

    def problems(self) -> Iterable[str]:
        try:
            self.storage()
        except SourceUnavailable as error:
            yield f"{error} Look at “{self.options.alias}” in STORAGES and in IIIFSERVER[“STORAGE_ALIASES”]."
