"""Blobs of Azure: read by pieces, listed, and put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from iiifserver.iiif.errors import SourceMissing, SourceNonsense, SourceReplaced

from ..base import FolderEntry
from .azure_errors import azure_errors
from .key_remote import KeyRemote
from .key_target import Piece, Target, media_type_of
from .listing import first_entries
from .remote import State
from .spans import Span

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, ContainerClient

MOST_AT_ONCE = 5000
"""What the store lists at once at most."""


class AzureRemote(KeyRemote):
    """One blob."""

    def __init__(self, blob: BlobClient, origin: str, address: str) -> None:
        self._blob = blob
        self.origin = origin
        self.address = address

    def first_piece(self, length: int) -> tuple[State, bytes]:
        try:
            with azure_errors():
                download = self._blob.download_blob(offset=0, length=length, max_concurrency=1)
                return state_of(download), download.readall()
        except SourceReplaced:
            return self._empty_state(), b""

    def _empty_state(self) -> State:
        """Of a blob of which no first byte can be given; raises `SourceNonsense` when there is one."""
        state = self.state_now()
        if state.size:
            raise SourceNonsense("The source does not give out the beginning of this image.")
        return state

    def state_now(self) -> State:
        with azure_errors():
            properties = self._blob.get_blob_properties()
        return State(size=properties.size, tag=properties.etag, modified=properties.last_modified)

    def read(self, state: State, span: Span) -> bytes:
        from azure.core import MatchConditions

        try:
            with azure_errors():
                download = self._blob.download_blob(
                    offset=span.start,
                    length=span.length,
                    etag=state.tag,
                    match_condition=MatchConditions.IfNotModified,
                    max_concurrency=1,
                )
                content = download.readall()
        except SourceMissing as error:
            raise SourceReplaced from error
        if not state.is_same_as(state_of(download)):
            raise SourceReplaced
        if len(content) != span.length:
            raise SourceNonsense("The source sent another piece of the image than was asked for.")
        return content


def state_of(download: Any) -> State:
    properties = download.properties
    # The properties' own size is that of the piece.
    size = properties.content_range.rpartition("/")[2]
    return State(size=int(size), tag=properties.etag, modified=properties.last_modified)


def page_of(container: ContainerClient, prefix: str, after: str, limit: int) -> list[FolderEntry]:
    """So many entries at most of what begins with the prefix, behind the name `after`."""
    behind = f"{prefix}{after}" if after else ""
    with azure_errors():
        if after and any(any(page) for page in names_in(container, f"{behind}/", "", 1)):
            behind += "/"
        return first_entries(names_in(container, prefix, behind, limit + 1), prefix, behind, limit)


def names_in(container: ContainerClient, prefix: str, start: str, at_once: int) -> Iterator[list[str]]:
    """What begins like that, from a name on, in pages of so many: blobs, and folders with their slash."""
    size = min(at_once, MOST_AT_ONCE)
    listed = container.walk_blobs(prefix or None, delimiter="/", start_from=start or None, results_per_page=size)
    for page in listed.by_page():
        yield [str(item.name) for item in page]


class AzureTarget(Target):
    """One name of a container."""

    def __init__(self, blob: BlobClient) -> None:
        self._blob = blob
        self._blocks: dict[int, str] = {}

    def is_taken(self) -> bool:
        with azure_errors():
            return self._blob.exists()

    def put(self, content: bytes, *, replaces: bool) -> None:
        with azure_errors():
            self._blob.upload_blob(content, overwrite=replaces, content_settings=self._settings(), max_concurrency=1)

    def begin(self, *, replaces: bool) -> None:
        """Blocks need no announcement."""

    def add(self, piece: Piece) -> None:
        # All of one length, as the store wants them.
        name = f"{piece.number:08}"
        with azure_errors():
            self._blob.stage_block(name, piece.content)
        self._blocks[piece.number] = name

    def finish(self, *, replaces: bool) -> None:
        from azure.core import MatchConditions
        from azure.storage.blob import BlobBlock

        blocks = [BlobBlock(name) for _, name in sorted(self._blocks.items())]
        condition: dict[str, Any] = {} if replaces else {"match_condition": MatchConditions.IfMissing}
        with azure_errors():
            self._blob.commit_block_list(blocks, content_settings=self._settings(), **condition)

    def give_up(self) -> None:
        """Blocks that belong to no blob are dropped by the store after a week."""

    def _settings(self) -> Any:
        from azure.storage.blob import ContentSettings

        return ContentSettings(content_type=media_type_of(self._blob.blob_name))
