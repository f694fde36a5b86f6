"""Objects of Google Cloud Storage: read by pieces, listed, and put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from iiifserver.iiif.errors import SourceMissing, SourceNonsense, SourceReplaced, SourceUnavailable

from ..base import FolderEntry
from .gcs_errors import gcs_errors, meaning_of
from .key_remote import KeyRemote
from .key_target import Piece, Target, media_type_of
from .listing import first_entries
from .remote import State
from .spans import Span

if TYPE_CHECKING:
    import requests

MOST_AT_ONCE = 1000
"""What the store lists at once at most."""
NOT_ALL_YET = 308
"""What the store answers to a piece after which others are to come."""

Timeout = tuple[float, float]
"""Seconds to connect, and of the longest pause."""


def origin_of(bucket: str) -> str:
    return f"Google Cloud Storage/{bucket}"


class GcsRemote(KeyRemote):
    """One object of a bucket."""

    # A bucket may keep what was replaced, and goes on giving it by its number.
    tells_with_pieces = False

    def __init__(self, bucket: Any, name: str, timeout: Timeout) -> None:
        self._bucket = bucket
        self._name = name
        self._timeout = timeout
        self.origin = origin_of(bucket.name)
        self.address = f"{bucket.name}\0{name}"

    def first_piece(self, length: int) -> tuple[State, bytes]:
        """The bytes come when they are read: this service tells size and generation in a request of their own."""
        blob = self._bucket.blob(self._name)
        with gcs_errors():
            blob.reload(retry=None, timeout=self._timeout)
        return State(size=blob.size, tag=str(blob.generation), modified=blob.updated), b""

    def read(self, state: State, span: Span) -> bytes:
        blob = self._bucket.blob(self._name, generation=int(state.tag))
        try:
            with gcs_errors():
                content: bytes = blob.download_as_bytes(
                    start=span.start,
                    end=span.stop - 1,
                    raw_download=True,
                    if_generation_match=int(state.tag),
                    checksum=None,
                    retry=None,
                    timeout=self._timeout,
                )
        except SourceMissing as error:
            raise SourceReplaced from error
        if len(content) != span.length:
            raise SourceReplaced
        return content


def page_of(bucket: Any, prefix: str, after: str, limit: int, timeout: Timeout) -> list[FolderEntry]:
    """So many entries at most of what begins with the prefix, behind the name `after`."""
    behind = f"{prefix}{after}" if after else ""
    with gcs_errors():
        if after and any(any(page) for page in names_in(bucket, f"{behind}/", "", 1, timeout)):
            behind += "/"
        return first_entries(names_in(bucket, prefix, behind, limit + 1, timeout), prefix, behind, limit)


def names_in(bucket: Any, prefix: str, start: str, at_once: int, timeout: Timeout) -> Iterator[list[str]]:
    """What begins like that, from a name on, in pages of so many: objects, and folders with their slash."""
    listed = bucket.list_blobs(
        prefix=prefix or None,
        delimiter="/",
        start_offset=start or None,
        page_size=min(at_once, MOST_AT_ONCE),
        fields="items(name),prefixes,nextPageToken",
        retry=None,
        timeout=timeout,
    )
    for page in listed.pages:
        yield [*(blob.name for blob in page), *page.prefixes]


class GcsTarget(Target):
    """One name of a bucket."""

    def __init__(self, bucket: Any, name: str, session: requests.Session, timeout: Timeout) -> None:
        self._blob = bucket.blob(name)
        self._type = media_type_of(name)
        self._session = session
        self._timeout = timeout
        self._address = ""
        """Where the pieces of this one upload go."""

    def is_taken(self) -> bool:
        with gcs_errors():
            taken: bool = self._blob.exists(retry=None, timeout=self._timeout)
        return taken

    def put(self, content: bytes, *, replaces: bool) -> None:
        with gcs_errors():
            self._blob.upload_from_string(
                content,
                content_type=self._type,
                if_generation_match=generation_wanted(replaces),
                checksum=None,
                retry=None,
                timeout=self._timeout,
            )

    def begin(self, *, replaces: bool) -> None:
        with gcs_errors():
            self._address = self._blob.create_resumable_upload_session(
                content_type=self._type,
                if_generation_match=generation_wanted(replaces),
                checksum=None,
                retry=None,
                timeout=self._timeout,
            )

    def add(self, piece: Piece) -> None:
        """The last makes the object."""
        whole = str(piece.stop) if piece.is_last else "*"
        headers = {"Content-Range": f"bytes {piece.start}-{piece.stop - 1}/{whole}"}
        with gcs_errors():
            answer = self._session.put(
                self._address, data=piece.content, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        if piece.is_last or answer.status_code != NOT_ALL_YET:
            check_is_done(answer.status_code, is_last=piece.is_last)
        elif answer.headers.get("Range", "") != f"bytes=0-{piece.stop - 1}":
            raise SourceUnavailable("The source has lost a part of the image.")

    def finish(self, *, replaces: bool) -> None:
        """The last piece has done it."""

    def give_up(self) -> None:
        with gcs_errors():
            self._session.delete(self._address, timeout=self._timeout, allow_redirects=False)


def generation_wanted(replaces: bool) -> int | None:
    """What the store is to hold before: nothing, or whatever there is."""
    return None if replaces else 0


def check_is_done(status: int, *, is_last: bool) -> None:
    """Raises what an answer means that is not the one to such a piece."""
    if status not in {200, 201}:
        raise meaning_of(status)
    if not is_last:
        raise SourceNonsense("The source takes a part of the image for all of it.")
