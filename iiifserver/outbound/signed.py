"""Requests that a library of Amazon's has signed, sent over our own guarded connections."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .client import REDIRECTS, HttpClient, chunks

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

MESSAGE_BYTES = 10_000_000
"""The longest message, such as a page of a list."""
RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class LeadsElsewhere(Exception):
    """A service answers with a redirect to another one."""


class SaysTooMuch(Exception):
    """A service sends more than was asked for."""


def sent(http: HttpClient, request: AWSPreparedRequest, most_bytes: int | None = None) -> AWSResponse:
    """The answer to a signed request: of the piece that it asks for, or of so many bytes at most.

    Raises `LeadsElsewhere`, `SaysTooMuch`, `OutOfBounds` and urllib3's `HTTPError`.
    """
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse

    headers = {name: text_of(value) for name, value in request.headers.items()}
    limit_bytes = longest_answer(headers) if most_bytes is None else most_bytes
    with http.answer_to_signed(request.method, request.url, headers, request.body) as response:
        # botocore asks again and again where a service leads elsewhere without saying to which region.
        if response.status in REDIRECTS and "x-amz-bucket-region" not in response.headers:
            raise LeadsElsewhere
        content = b"".join(within(chunks(response), limit_bytes))
    held = HTTPResponse(
        io.BytesIO(content),
        headers=response.headers,
        preload_content=False,
        decode_content=False,
        # An answer to HEAD names a length, and has no bytes.
        request_method=request.method,
    )
    return AWSResponse(request.url, response.status, dict(response.headers), held)  # type: ignore[arg-type]


def text_of(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def longest_answer(headers: Mapping[str, str]) -> int:
    """How long the answer to a request may be: the piece that it asks for, and room for a message of error."""
    piece = RANGE.fullmatch(headers.get("Range", ""))
    return MESSAGE_BYTES + (int(piece[2]) + 1 - int(piece[1]) if piece else 0)


def within(pieces: Iterable[bytes], limit_bytes: int) -> Iterator[bytes]:
    """The pieces; raises `SaysTooMuch` as soon as they are too much."""
    for piece in pieces:
        limit_bytes -= len(piece)
        if limit_bytes < 0:
            raise SaysTooMuch
        yield piece
