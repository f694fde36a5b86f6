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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from .pictures import MOST_BYTES, PictureError, as_pixels, decoded, suffix_of

logger = logging.getLogger("iiifserver.overlays")

FOLDER = "iiif_overlays"
# Storages add letters to a name that somebody else has just taken.
NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{32}})(_\w{{1,16}})?\.(png|jpg|webp)")
FONT_NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{32}})(_\w{{1,16}})?\.(ttf|otf|ttc)")
SECONDS_BETWEEN_TRIES = 30.0

GONE = "The picture is no longer in the storage: upload it again."
CHANGED = "The picture in the storage is not the one that was uploaded: upload it again."
UNREACHABLE = "The storage of the pictures cannot be read at present: look at the server's log."


_drafts: ContextVar[dict[str, bytes] | None] = ContextVar("iiif_overlays_drafts", default=None)


@contextmanager
def drafts() -> Iterator[None]:
    """What is stored inside is only remembered, and gone afterwards: for forms that are looked at and not saved."""
    token = _drafts.set({})
    try:
        yield
    finally:
        _drafts.reset(token)


def is_only_tried() -> bool:
    """Whether this happens inside `drafts`."""
    return _drafts.get() is not None


def store(content: bytes) -> str:
    """Keeps the picture, an SVG as the PNG that is drawn of it, and returns its name; raises `PictureError`."""
    content = as_pixels(content)
    return keep(f"{FOLDER}/{digest_of(content)}.{suffix_of(content)}", content)


def keep(name: str, content: bytes) -> str:
    """Keeps the bytes under a name that holds their digest; returns the name that the storage gave them."""
    remembered = _drafts.get()
    if remembered is not None:
        remembered[name] = content
        return name
    if default_storage.exists(name):
        if read(name) == content:
            return name
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))


def load(name: str) -> Image.Image:
    """The stored picture, RGBA; raises `PictureError` when it is gone, or is not what was stored."""
    return decoded(load_bytes(name))


def load_bytes(name: str) -> bytes:
    """The stored bytes; raises `PictureError` when they are gone, or are not what was stored."""
    content = read(name)
    found = NAME.fullmatch(name) or FONT_NAME.fullmatch(name)
    if found is None or found[1] != digest_of(content):
        raise PictureError(CHANGED)
    return content


def read(name: str) -> bytes:
    if not (NAME.fullmatch(name) or FONT_NAME.fullmatch(name)):
        raise PictureError(GONE)
    remembered = _drafts.get() or {}
    if name in remembered:
        return remembered[name]
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


def stored_fonts() -> list[str]:
    """The names of the fonts in the storage; none while it cannot be listed."""
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    # Storages of strangers raise what they like; some cannot list at all.
    except Exception:
        logger.warning("The storage lists no fonts.", exc_info=True)
        return []
    names = (f"{FOLDER}/{file}" for file in files)
    return sorted(name for name in names if FONT_NAME.fullmatch(name))


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
