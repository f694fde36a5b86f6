"""A file in a storage: its version, and its bytes in exactly that version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from iiifserver.iiif.errors import SourceReplaced
from iiifserver.iiif.found import Found

from .errors import storage_errors
from .names import local_path

if TYPE_CHECKING:
    from django.core.files.base import File
    from django.core.files.storage import Storage


def found(storage: Storage, name: str, stored: File[bytes]) -> Found:
    state = state_of(storage, name, stored)
    return Found(
        open=lambda: opened(storage, name, state.version),
        version=state.version,
        last_modified=state.modified.replace(microsecond=0),
        is_far=local_path(storage, name) is None,
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
    """The bytes of exactly that version; raises `SourceReplaced` when they have changed meanwhile."""
    with storage_errors():
        stored = storage.open(name, "rb")
        try:
            if state_of(storage, name, stored).version != version:
                raise SourceReplaced
            # A storage far away may fetch the bytes only now; what fails then is still its own failure.
            stored.seek(0)
        except BaseException:
            stored.close()
            raise
        return cast("BinaryIO", stored)
