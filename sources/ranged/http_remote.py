"""One image on a web server, asked for in the way that the server understands."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    EmptyPoolError,
    HTTPError,
    IncompleteRead,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.exceptions import (
    TimeoutError as Urllib3Timeout,
)

from iiifserver.iiif.errors import (
    Forbidden,
    IIIFError,
    SourceMissing,
    SourceNonsense,
    SourceReplaced,
    SourceTooSlow,
    SourceUnavailable,
)
from iiifserver.outbound.client import HttpClient, TooManyRedirects, chunks
from iiifserver.outbound.fence import OutOfBounds

from .remote import Interrupted, Look, Mode, Remote, State
from .spans import Span
from .whole import TooLargeToReadWhole, WholeFile

USER_AGENT = "iiifserver (IIIF image server)"

CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
EMPTY_RANGE = re.compile(r"bytes \*/(\d{1,19})")
SHORT_WAIT_SECONDS = 3600

NO_RANGES = frozenset({400, 405, 416, 501})
"""What servers answer to a ranged request that they do not understand."""

NO_HEAD = frozenset({403, 405, 501})
"""What servers answer to HEAD that do not understand it, or whose address is signed for GET alone."""

TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class AskingMode(enum.Enum):
    """How staff want a server to be asked."""

    AUTO = "auto"
    HEAD = "head"
    RANGED = "ranged"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Limits:
    mode: AskingMode
    largest_whole_bytes: int


class HttpRemote(Remote):
    """What one URL has."""

    def __init__(self, client: HttpClient, url: str, private: Mapping[str, str], limits: Limits) -> None:
        self._client = client
        self._url = url
        self._private = private
        self._limits = limits
        parts = urlsplit(url)
        self.origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self.address = "\0".join([url, *(f"{name}:{value}" for name, value in sorted(private.items()))])

    def look(self, first_bytes: int, earlier: Look | None) -> Look | None:
        try:
            return self._look(first_bytes, earlier)
        except SourceMissing:
            return None

    def _look(self, first_bytes: int, earlier: Look | None) -> Look:
        if self._limits.mode is AskingMode.HEAD:
            return self._look_by_head(first_bytes, earlier)
        if self._limits.mode is AskingMode.WHOLE or (earlier is not None and earlier.whole is not None):
            return self._look_at_whole(earlier, "")
        return self._look_by_range(first_bytes, earlier)

    def _look_by_head(self, first_bytes: int, earlier: Look | None) -> Look:
        with self._answer("HEAD", {}) as response:
            if response.status in NO_HEAD:
                look = self._look_by_range(first_bytes, earlier)
                return look if look is earlier else replace(look, reason=f"The server forbids HEAD. {look.reason}")
            check_status(response, self._url)
            has_ranges = response.headers.get("Accept-Ranges", "").strip().lower() == "bytes"
            size = length_of(response)
            if has_ranges and size is not None and not is_encoded(response):
                state = state_of(response, size)
                return Look(state=state, mode=Mode.HEAD, reason="HEAD told size and ranges.")
        return self._look_at_whole(earlier, "HEAD told no size, or no ranges.")

    def _look_by_range(self, first_bytes: int, earlier: Look | None) -> Look:
        known = {"If-None-Match": earlier.state.tag} if earlier is not None and earlier.state.tag else {}
        with self._answer("GET", {"Range": f"bytes=0-{first_bytes - 1}", **known}) as response:
            if response.status == 304 and earlier is not None and known:
                return earlier
            if response.status == 206:
                span, size = content_range(response)
                start = body_of(response, span.length)
                state = state_of(response, size)
                if span.start or span.stop != min(first_bytes, size):
                    raise SourceNonsense("The source sent another piece of the image than was asked for.")
                if not state.tag and not state.modified:
                    state = replace(state, proof=blake2b(start, digest_size=16).hexdigest())
                return Look(state=state, mode=Mode.RANGED, reason="The server gives pieces.", start=start)
            if response.status == 416 and EMPTY_RANGE.fullmatch(response.headers.get("Content-Range", "")):
                return Look(state=state_of(response, 0), mode=Mode.RANGED, reason="The file is empty.")
            if response.status == 200:
                return self._whole_of(response, "The server ignores that only a piece was asked for.")
            if response.status not in NO_RANGES or self._limits.mode is AskingMode.RANGED:
                check_status(response, self._url)
                raise SourceNonsense("The source answered with a status that makes no sense.")
        return self._look_at_whole(None, "The server refuses to give pieces.")

    def _look_at_whole(self, earlier: Look | None, reason: str) -> Look:
        conditional = {}
        if earlier is not None and earlier.whole is not None and earlier.state.tag:
            conditional = {"If-None-Match": earlier.state.tag}
        with self._answer("GET", conditional) as response:
            if response.status == 304 and earlier is not None and conditional:
                return earlier
            check_status(response, self._url)
            if response.status != 200:
                raise SourceNonsense("The source answered with a status that makes no sense.")
            return self._whole_of(response, reason or "The row asks for whole images.")

    def _whole_of(self, response: BaseHTTPResponse, reason: str) -> Look:
        if is_encoded(response):
            raise SourceNonsense("The source sends this image compressed once more, unasked.")
        length = length_of(response)
        if length is not None and length > self._limits.largest_whole_bytes:
            raise TooLargeToReadWhole
        whole = WholeFile(chunks(response), self._limits.largest_whole_bytes)
        if length is not None and whole.size != length:
            raise Interrupted("The source stopped in the middle of this image.")
        state = replace(state_of(response, whole.size), proof=whole.digest)
        return Look(state=state, mode=Mode.WHOLE, reason=f"{reason} The image is fetched as a whole.", whole=whole.read)

    def read(self, state: State, span: Span) -> bytes:
        headers = {"Range": f"bytes={span.start}-{span.stop - 1}"}
        if state.tag.startswith('"'):
            headers["If-Match"] = state.tag
        with self._answer("GET", headers) as response:
            if response.status in {404, 410, 412, 416}:
                raise SourceReplaced
            check_status(response, self._url)
            if response.status == 200:
                return self._piece_of_whole(response, state, span)
            if response.status != 206:
                raise SourceNonsense("The source answered with a status that makes no sense.")
            given, size = content_range(response)
            if not state.is_same_as(state_of(response, size)):
                raise SourceReplaced
            if given != span:
                raise SourceNonsense("The source sent another piece of the image than was asked for.")
            return body_of(response, span.length)

    def _piece_of_whole(self, response: BaseHTTPResponse, state: State, span: Span) -> bytes:
        """From a server that gave pieces before, and now does not."""
        if not state.is_same_as(state_of(response, length_of(response) or state.size)) or is_encoded(response):
            raise SourceReplaced
        whole = WholeFile(chunks(response), self._limits.largest_whole_bytes)
        if whole.size != state.size:
            raise SourceReplaced
        return whole.read(span)

    @contextmanager
    def _answer(self, method: str, headers: Mapping[str, str]) -> Iterator[BaseHTTPResponse]:
        own = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Accept": "image/*,*/*;q=0.8", **headers}
        with http_errors(), self._client.answer(method, self._url, own, self._private) as response:
            yield response


@contextmanager
def http_errors() -> Iterator[None]:
    """Turns what the client raises into errors of the tree."""
    try:
        yield
    except OutOfBounds as error:
        raise SourceUnavailable("The source leads to a place that this server may not ask.") from error
    except TooManyRedirects as error:
        raise SourceNonsense("The source leads from address to address without end.") from error
    except (HTTPError, OSError, UnicodeError) as error:
        raise meaning_of(error) from error


def meaning_of(error: Exception) -> IIIFError:
    """What a failed request means; `Interrupted` where another one may do better."""
    if isinstance(error, (ConnectTimeoutError, NewConnectionError, ProxyError)):
        return Interrupted("The source cannot be reached.")
    if isinstance(error, EmptyPoolError):
        return SourceUnavailable("Too many requests wait for the source already.")
    if isinstance(error, (ReadTimeoutError, Urllib3Timeout, TimeoutError)):
        return SourceTooSlow("The source takes too long to answer.")
    if isinstance(error, SSLError):
        return SourceUnavailable("The source's certificate is not to be trusted.")
    if isinstance(error, (IncompleteRead, ProtocolError, ConnectionError)):
        return Interrupted("The source stopped in the middle of its answer.")
    return SourceNonsense("The source answered something that makes no sense.")


def check_status(response: BaseHTTPResponse, url: str) -> None:
    """Raises what a status of 300 or more means."""
    status = response.status
    if status < 300:
        return
    if status in {404, 410}:
        raise SourceMissing("There is no image with this identifier.")
    if status in {401, 403, 407}:
        raise Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        raise Interrupted("The source cannot answer at present.", wait_of(response))
    if status >= 500:
        raise SourceUnavailable("The source cannot answer at present.")
    raise SourceNonsense("The source answered with a status that makes no sense.")


def wait_of(response: BaseHTTPResponse) -> float | None:
    """The seconds that the server asks to wait; `None` where it does not say."""
    written = response.headers.get("Retry-After", "").strip()
    return float(min(int(written), SHORT_WAIT_SECONDS)) if written.isascii() and written.isdigit() else None


def content_range(response: BaseHTTPResponse) -> tuple[Span, int]:
    """The piece that came, and the size of the file."""
    match = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if match is None or is_encoded(response):
        raise SourceNonsense("The source sent a piece of the image and does not say which.")
    first, last, size = (int(number) for number in match.groups())
    if not first <= last < size:
        raise SourceNonsense("The source sent a piece of the image that cannot be.")
    return Span(first, last + 1), size


def body_of(response: BaseHTTPResponse, length: int) -> bytes:
    """Exactly so many bytes."""
    announced = length_of(response)
    if announced is not None and announced != length:
        raise SourceNonsense("The source announced another length than it should.")
    parts, missing = [], length
    for chunk in chunks(response):
        missing -= len(chunk)
        if missing < 0:
            raise SourceNonsense("The source sent more than was asked for.")
        parts.append(chunk)
    if missing:
        raise Interrupted("The source stopped in the middle of its answer.")
    return b"".join(parts)


def state_of(response: BaseHTTPResponse, size: int) -> State:
    return State(
        size=size,
        tag=response.headers.get("ETag", "").strip(),
        modified=moment(response.headers.get("Last-Modified", "")),
    )


def moment(written: str) -> datetime | None:
    """A date as HTTP writes it; `None` for what is none."""
    try:
        found = parsedate_to_datetime(written)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def length_of(response: BaseHTTPResponse) -> int | None:
    """The length that the server announces; `None` where it does not, or announces nonsense."""
    written = response.headers.get("Content-Length", "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 20 else None


def is_encoded(response: BaseHTTPResponse) -> bool:
    return response.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}
