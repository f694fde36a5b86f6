"""A document at an address that staff have named, fetched through the fence."""

from __future__ import annotations

from iiifserver.outbound.client import ClientSettings, HttpClient, HTTPError, TooManyRedirects, chunks
from iiifserver.outbound.deadlines import time_limit
from iiifserver.outbound.fence import OutOfBounds

MOST_BYTES = 10_000_000
WHOLE_SECONDS = 30.0
HEADERS = {
    "User-Agent": "iiifserver (IIIF image server)",
    "Accept": "application/ld+json, application/json;q=0.9, */*;q=0.5",
    "Accept-Encoding": "identity",
}


class CannotFetch(Exception):
    """A document cannot be had. The message is a sentence for staff."""


def is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def fetched(address: str) -> str:
    """The text at the address; raises `CannotFetch`."""
    client = HttpClient(ClientSettings(connect_seconds=5, read_seconds=10, connections=1))
    try:
        with time_limit(WHOLE_SECONDS), client.answer("GET", address, HEADERS) as response:
            if response.status != 200:
                raise CannotFetch(f"The server answers {response.status} for this address.")
            content = bytearray()
            for piece in chunks(response):
                content += piece
                if len(content) > MOST_BYTES:
                    raise CannotFetch(f"The document is larger than {MOST_BYTES // 1_000_000} megabytes.")
    except OutOfBounds as error:
        raise CannotFetch(str(error)) from error
    except TooManyRedirects as error:
        raise CannotFetch("This address leads from one to the next without end.") from error
    except (HTTPError, OSError, UnicodeError) as error:
        raise CannotFetch("The server cannot be reached, or does not answer as it should.") from error
    return content.decode("utf-8", "replace")
