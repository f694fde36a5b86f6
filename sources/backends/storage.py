"""Images in one of the site's Django storages."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.files.storage import InvalidStorageError, storages

from iiifserver.conf import conf
from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceUnavailable
from iiifserver.iiif.found import Found

from ..base import Place, SourceBackend

if TYPE_CHECKING:
    from django.core.files.base import File
    from django.core.files.storage import Storage

LONGEST_NAME = 1024
"""What the object stores allow in bytes; a longer name is nobody's."""


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
    return [(alias, alias) for alias in conf.storage_aliases]


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
        "storage.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean_path_prefix(self) -> str:
        prefix: str = self.cleaned_data["path_prefix"]
        if prefix and climbs(prefix.rstrip("/")):
            raise forms.ValidationError("Write the names of folders with a slash between them, and none in front.")
        return prefix


class StorageSource(SourceBackend):
    """Opens an identifier as a name in a storage and never leaves the prefix."""

    label = "Django storage"
    used_for = "Images that the Django site already keeps in one of its STORAGES: a media folder, S3, Azure, Google."
    options_class = StorageOptions
    form_class = StorageForm
    options: StorageOptions

    def find(self, place: Place) -> Found | None:
        storage = self.storage()
        name = self.name_of(place)
        if name is None or leads_out(storage, name, self.options.path_prefix):
            return None
        try:
            with storage_errors(), storage.open(name, "rb") as stored:
                return found(storage, name, stored)
        except SourceMissing:
            return None

    def storage(self) -> Storage:
        """The site's storage; raises `SourceUnavailable` when the fence or the site does not know its alias."""
        if self.options.alias not in conf.storage_aliases:
            raise SourceUnavailable("The storage of this source may not be read.")
        try:
            return storages[self.options.alias]
        except (InvalidStorageError, ImproperlyConfigured) as error:
            raise SourceUnavailable("The storage of this source is not set up.") from error

    def name_of(self, place: Place) -> str | None:
        """The name in the storage; `None` where it would be no name, or one outside the prefix."""
        whole = self.options.path_prefix + place.name
        return whole if can_be_a_name(whole) and not climbs(place.name) and not climbs(whole) else None

    def problems(self) -> Iterable[str]:
        try:
            self.storage()
        except SourceUnavailable as error:
            yield f"{error} Look at “{self.options.alias}” in STORAGES and in IIIFSERVER[“STORAGE_ALIASES”]."


def can_be_a_name(name: str) -> bool:
    try:
        return "\0" not in name and len(name.encode()) <= LONGEST_NAME
    except UnicodeEncodeError:
        return False


def climbs(name: str) -> bool:
    """Whether a name has a step that is empty, stays or goes up.

    A backslash counts as a slash here: some storages turn it into one.
    """
    return any(step in {"", ".", ".."} for step in name.replace("\\", "/").split("/"))


def leads_out(storage: Storage, name: str, prefix: str) -> bool:
    """Whether a storage on this machine has something else there than a plain file below the prefix."""
    try:
        root = Path(storage.path(posixpath.dirname(prefix))).resolve()
        path = Path(storage.path(name)).resolve()
    except NotImplementedError:
        return False
    except (OSError, RuntimeError, SuspiciousOperation, ValueError):
        return True
    try:
        return not (path.is_relative_to(root) and path.is_file())
    except PermissionError:
        return False
    except OSError:
        return True


def found(storage: Storage, name: str, stored: File[bytes]) -> Found:
    state = state_of(storage, name, stored)
    return Found(
        open=lambda: opened(storage, name, state.version),
        version=state.version,
        last_modified=state.modified.replace(microsecond=0),
    )


@dataclass(frozen=True, slots=True)
class StoredState:
    """What tells two states of a stored file apart."""

    name: str
    etag: str
    """Empty where the storage gives none."""
    size: int
    modified: datetime

    @property
    def version(self) -> str:
        return hashlib.blake2b(repr(self).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def state_of(storage: Storage, name: str, stored: File[bytes]) -> StoredState:
    # The object behind the files of S3 and of Google's storage knows it all from the one request that opened it.
    remote: Any = getattr(stored, "obj", None) or getattr(stored, "blob", None)
    etag = getattr(remote, "e_tag", None) or getattr(remote, "etag", None) or ""
    modified = getattr(remote, "last_modified", None) or getattr(remote, "updated", None)
    modified = modified or storage.get_modified_time(name)
    return StoredState(name, etag, stored.size, modified.astimezone(UTC))


def opened(storage: Storage, name: str, version: str) -> BinaryIO:
    """The bytes of exactly that version; raises `SourceUnavailable` when they have changed meanwhile."""
    with storage_errors():
        stored = storage.open(name, "rb")
        try:
            if state_of(storage, name, stored).version != version:
                raise SourceUnavailable("This image has just been replaced. Ask again.")
            # A storage far away may fetch the bytes only now; what fails then is still its own failure.
            stored.seek(0)
        except BaseException:
            stored.close()
            raise
        return cast("BinaryIO", stored)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns whatever a storage raises into an error of the tree."""
    try:
        yield
    except IIIFError:
        raise
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, SuspiciousOperation) as error:
        raise SourceMissing("There is no image with this identifier.") from error
    except PermissionError as error:
        raise Forbidden("The source does not give this image out.") from error
    except Exception as error:
        # Each storage has errors of its own, which share no base.
        raise meaning_of(error) from error


def meaning_of(error: Exception) -> IIIFError:
    """What a storage's own error means, by the HTTP status in it; storages share no other sign."""
    status = status_in(error)
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status in {401, 403}:
        return Forbidden("The source does not give this image out.")
    return SourceUnavailable("The storage of this source does not answer.")


def status_in(error: Exception) -> int | None:
    """The HTTP status in an error of boto3, azure-core or google-api-core."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status: int | None = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status
    return getattr(error, "status_code", None) or getattr(error, "code", None)
