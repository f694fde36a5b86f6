"""Pictures that the site's own code names: by the path of a file, or by an address within the fence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from cachetools import LRUCache
from PIL import Image

from .fetching import fetched
from .pictures import MOST_BYTES, MOST_PIXELS, TOO_MANY_BYTES, PictureError, as_pixels, decoded
from .uploads import digest_of

MOST_PIXELS_KEPT = 2 * MOST_PIXELS
"""Of all such pictures of a process together: a pixel takes four bytes."""
PIXELS_OF_ANY = 1_000
"""What the smallest counts, and what an address that gave nothing does."""
SECONDS_UNTIL_FETCHED_ANEW = 3600.0
SECONDS_BETWEEN_TRIES = 30.0
"""Between two requests to an address that gave no picture."""

NO_PLACE = "The picture of an overlay is named by a whole path, or by an address that begins with https:// or http://."
NO_FILE = "The picture of an overlay cannot be read from its file."


@dataclass(frozen=True, slots=True, eq=False)
class SitePicture:
    """A picture as it was read: decoded, RGBA, and the digest of its bytes."""

    image: Image.Image
    digest: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of fetching an address."""

    state: Hashable
    """Of the file that was read; `None` for an address."""
    until: float
    """When it is to be tried again, on the clock of the memory."""
    picture: SitePicture | None
    sentence: str = ""
    """Why there is no picture."""

    @property
    def pixels(self) -> int:
        return PIXELS_OF_ANY + (self.picture.image.width * self.picture.image.height if self.picture else 0)


class SitePictures:
    """Those that were read before, as many as the bound allows. A file is read anew when it has changed, an address is
    fetched anew every hour. For many threads at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: LRUCache[str, Attempt] = LRUCache(MOST_PIXELS_KEPT, getsizeof=lambda attempt: attempt.pixels)

    def get(self, place: str) -> SitePicture:
        """The picture there; raises `PictureError`."""
        state, read = reader_of(place)
        with self._lock:
            attempt = self._known.get(place)
        if attempt is None or attempt.state != state or self._clock() >= attempt.until:
            attempt = self._tried(state, read)
            with self._lock:
                self._known[place] = attempt
        if attempt.picture is None:
            raise PictureError(attempt.sentence)
        return attempt.picture

    def _tried(self, state: Hashable, read: Callable[[], bytes]) -> Attempt:
        try:
            content = as_pixels(read())
            picture = SitePicture(decoded(content), digest_of(content))
        except PictureError as error:
            return Attempt(state, self._clock() + SECONDS_BETWEEN_TRIES, None, str(error))
        lasts = SECONDS_UNTIL_FETCHED_ANEW if state is None else float("inf")
        return Attempt(state, self._clock() + lasts, picture)


def reader_of(place: str) -> tuple[Hashable, Callable[[], bytes]]:
    """What tells apart the states of a file, `None` for an address, and how to read the bytes.

    Raises `PictureError`.
    """
    scheme = urlsplit(place).scheme.lower()
    if scheme in {"http", "https"}:
        return None, lambda: fetched(place)
    path = Path(unquote(urlsplit(place).path) if scheme == "file" else place)
    if not path.is_absolute():
        raise PictureError(NO_PLACE)
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise PictureError(NO_FILE) from error
    return (status.st_ino, status.st_size, status.st_mtime_ns), lambda: content_of(path)


def content_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PictureError(NO_FILE) from error
    if len(content) > MOST_BYTES:
        raise PictureError(TOO_MANY_BYTES)
    return content


site_pictures: Final = SitePictures()
