"""Uploaded pictures in Django's default storage, where every machine has them.

A picture is stored under the digest of its bytes. It is never changed and never deleted, so that every revision of the
configuration finds the one that it names.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from .pictures import MOST_BYTES, PictureError, decoded, suffix_of

logger = logging.getLogger("iiifserver.overlays")

FOLDER = "iiif_overlays"
# Storages add letters to a name that somebody else has just taken.
NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{32}})(_\w{{1,16}})?\.(png|jpg|webp)")
SECONDS_BETWEEN_TRIES = 30.0

GONE = "The picture is no longer in the storage: upload it again."
CHANGED = "The picture in the storage is not the one that was uploaded: upload it again."
UNREACHABLE = "The storage of the pictures cannot be read at present: look at the server's log."


def store(content: bytes) -> str:
    """Keeps the picture and returns its name in the storage; raises `PictureError`."""
    name = f"{FOLDER}/{digest_of(content)}.{suffix_of(content)}"
    if default_storage.exists(name):
        if read(name) == content:
            return name
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))


def load(name: str) -> Image.Image:
    """The stored picture, RGBA; raises `PictureError` when it is gone, or is not what was stored."""
    content = read(name)
    found = NAME.fullmatch(name)
    if found is None or found[1] != digest_of(content):
        raise PictureError(CHANGED)
    return decoded(content)


def read(name: str) -> bytes:
    if not NAME.fullmatch(name):
        raise PictureError(GONE)
    try:
        with default_storage.open(name) as file:
            return bytes(file.read(MOST_BYTES + 1))
    except FileNotFoundError as error:
        raise PictureError(GONE) from error
    # Storages of strangers raise what they like.
    except Exception as error:
        raise PictureError(UNREACHABLE) from error


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class StoredPicture:
    """A picture that is read when it is first asked for, and when that failed, tried again every now and then."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._image: Image.Image | None = None
        self._next_try = 0.0
        self._has_failed = False

    def image(self) -> Image.Image | None:
        """The picture, or `None` while it cannot be had. Only the first reading is waited for by all."""
        if self._image is not None:
            return self._image
        if self._lock.acquire(blocking=not self._has_failed):
            try:
                self._try()
            finally:
                self._lock.release()
        return self._image

    def _try(self) -> None:
        if self._image is not None or (self._has_failed and self._clock() < self._next_try):
            return
        try:
            self._image = load(self.name)
        except PictureError as error:
            logger.error("The picture %s is not drawn: %s", self.name, error)
            self._has_failed, self._next_try = True, self._clock() + SECONDS_BETWEEN_TRIES
