"""Pictures that staff name by an address: fetched once, within the fence, when the form is saved or tried."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from cachetools import TTLCache
from urllib3.exceptions import HTTPError

from iiifserver.outbound.client import ClientSettings, HttpClient, TooManyRedirects
from iiifserver.outbound.fence import OutOfBounds, current_fence

from .pictures import MOST_BYTES, TOO_MANY_BYTES, PictureError

OK = 200
SECONDS_TRIED = 300.0
"""So long a picture that was only tried is not fetched again."""
MOST_BYTES_TRIED = 4 * MOST_BYTES
BYTES_OF_ANY = 10_000
"""What the smallest counts, and what an address that gave nothing does."""
UNREACHABLE = "The picture could not be fetched from this address: open it in a browser, and look at the server's log."


@cache
def client() -> HttpClient:
    return HttpClient(ClientSettings(connect_seconds=5, read_seconds=10, most_redirects=3))


def fetched(address: str) -> bytes:
    """The bytes at the address; raises `PictureError`."""
    try:
        with client().answer("GET", address, {"Accept": "image/*", "Accept-Encoding": "identity"}) as response:
            if response.status != OK:
                raise PictureError(f"The other server does not give out the picture: it answers {response.status}.")
            content = response.read(MOST_BYTES + 1)
    except OutOfBounds as error:
        raise PictureError(str(error)) from error
    except (HTTPError, TooManyRedirects, OSError) as error:
        raise PictureError(UNREACHABLE) from error
    if len(content) > MOST_BYTES:
        raise PictureError(TOO_MANY_BYTES)
    return bytes(content)


class TriedPictures:
    """What was fetched for forms that somebody only tries, which ask anew at each pause of typing; what failed is
    remembered too. As much as the bound allows, for many threads at once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._known: TTLCache[str, bytes | str] = TTLCache(MOST_BYTES_TRIED, SECONDS_TRIED, clock, getsizeof=counted)

    def get(self, address: str) -> bytes:
        """The bytes at the address, which the fence must allow now; raises `PictureError`."""
        try:
            current_fence().check(address)
        except OutOfBounds as error:
            raise PictureError(str(error)) from error
        with self._lock:
            known = self._known.get(address)
        if known is None:
            known = self._fetched(address)
        if isinstance(known, str):
            raise PictureError(known)
        return known

    def _fetched(self, address: str) -> bytes | str:
        try:
            found: bytes | str = fetched(address)
        except PictureError as error:
            found = str(error)
        with self._lock:
            self._known[address] = found
        return found


def counted(found: bytes | str) -> int:
    return BYTES_OF_ANY + len(found)


tried_pictures: Final = TriedPictures()
