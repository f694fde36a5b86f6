"""Putting a file into a storage under exactly one name."""

from __future__ import annotations

import os
import posixpath
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.core.files.base import File

from iiifserver.iiif.errors import AlreadyThere, Forbidden

from ..putting import TAKEN, place_beside, replace_by, system_errors
from ..ranged.key_target import errors_of_writing
from .errors import storage_errors

if TYPE_CHECKING:
    from django.core.files.storage import Storage

IN_MEMORY_BYTES = 1_000_000


def put(storage: Storage, name: str, content: BinaryIO, *, replaces: bool) -> None:
    """Puts the bytes, from where the file stands to its end. Raises what `SourceBackend.write` does."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as whole, system_errors():
        # A storage goes back to the beginning of what it is given, and may notice only halfway that it cannot be read.
        shutil.copyfileobj(content, whole)
        file = File(cast("BinaryIO", whole), name=posixpath.basename(name))
        file.size = whole.tell()
        if is_on_this_machine(storage, name):
            put_here(storage, name, file, replaces=replaces)
        else:
            put_elsewhere(storage, name, file, replaces=replaces)


def is_on_this_machine(storage: Storage, name: str) -> bool:
    try:
        storage.path(name)
    except NotImplementedError:
        return False
    return True


def put_here(storage: Storage, name: str, file: File[bytes], *, replaces: bool) -> None:
    """Saves the file under a name that no listing shows, since saving takes time, and then gives it its own."""
    draft = posixpath.join(posixpath.dirname(name), f".{secrets.token_hex(16)}.part")
    try:
        storage.save(draft, file)
        path = Path(storage.path(name))
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            (replace_by if replaces else place_beside)(folder, posixpath.basename(draft), path.name)
        finally:
            os.close(folder)
    finally:
        storage.delete(draft)


def put_elsewhere(storage: Storage, name: str, file: File[bytes], *, replaces: bool) -> None:
    with errors_of_writing(), storage_errors():
        if storage.exists(name):
            check_is_replaced(storage, name, replaces=replaces)
        saved = storage.save(name, file)
        if saved != name:
            # Somebody was quicker: the storage has chosen another name, which nobody asked for.
            storage.delete(saved)
            raise AlreadyThere(TAKEN)


def check_is_replaced(storage: Storage, name: str, *, replaces: bool) -> None:
    """Raises `AlreadyThere` when that is not wanted, and `Forbidden` when the storage cannot do it in one step."""
    if not replaces:
        raise AlreadyThere(TAKEN)
    if storage.get_available_name(name) != name:
        raise Forbidden("The storage of this source replaces nothing: choose another name.")
