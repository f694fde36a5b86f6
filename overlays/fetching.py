"""Pictures that staff name by an address: fetched once, within the fence, when the form is saved."""

from __future__ import annotations

from functools import cache

from urllib3.exceptions import HTTPError

from iiifserver.outbound.client import ClientSettings, HttpClient, TooManyRedirects
from iiifserver.outbound.fence import OutOfBounds

from .pictures import MOST_BYTES, TOO_MANY_BYTES, PictureError

OK = 200
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
