"""Objects of S3: read by pieces, listed, and put."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from iiifserver.iiif.errors import SourceNonsense, SourceReplaced

from ..base import FolderEntry
from .key_remote import KeyRemote
from .key_target import Piece, Target, media_type_of
from .remote import State
from .s3_client import Account
from .s3_errors import EmptyObject, Unknown, missing_is_replaced, s3_errors
from .spans import Span

LAST_LETTER = "\U0010ffff"


def origin_of(account: Account, bucket: str) -> str:
    return f"{account.endpoint or 'Amazon S3'}/{bucket}"


class S3Remote(KeyRemote):
    """One object of a bucket."""

    def __init__(self, client: Any, account: Account, bucket: str, key: str) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key}
        self.origin = origin_of(account, bucket)
        self.address = "\0".join((repr(account), bucket, key))

    def first_piece(self, length: int) -> tuple[State, bytes]:
        try:
            with s3_errors():
                answer = self._client.get_object(**self._object, Range=f"bytes=0-{length - 1}")
                return state_of(answer, size_of(answer)), body_of(answer)
        except EmptyObject:
            with s3_errors():
                return state_of(self._client.head_object(**self._object), 0), b""

    def state_now(self) -> State:
        with s3_errors():
            answer = self._client.head_object(**self._object)
            return state_of(answer, size_of(answer))

    def read(self, state: State, span: Span) -> bytes:
        with missing_is_replaced(), s3_errors():
            wanted = f"bytes={span.start}-{span.stop - 1}"
            answer = self._client.get_object(**self._object, Range=wanted, IfMatch=state.tag)
            content = body_of(answer)
        if not state.is_same_as(state_of(answer, size_of(answer))):
            raise SourceReplaced
        if len(content) != span.length:
            raise SourceNonsense("The source sent another piece of the image than was asked for.")
        return content


def state_of(answer: Any, size: int) -> State:
    return State(size=size, tag=answer["ETag"], modified=answer["LastModified"])


def size_of(answer: Any) -> int:
    """The size of the whole object."""
    written = answer.get("ContentRange", "").rpartition("/")[2]
    return int(written) if written.isascii() and written.isdigit() else int(answer["ContentLength"])


def body_of(answer: Any) -> bytes:
    with answer["Body"] as body:
        content: bytes = body.read()
    return content


def page_of(client: Any, bucket: str, prefix: str, after: str, limit: int) -> list[FolderEntry]:
    """So many entries at most of what begins with the prefix, behind the name `after`."""
    with s3_errors():
        start = f"{prefix}{after}{end_of(client, bucket, f'{prefix}{after}/')}" if after else ""
        answer = client.list_objects_v2(
            Bucket=bucket, Prefix=prefix, Delimiter="/", StartAfter=start, MaxKeys=limit + 1
        )
    return sorted(entries_of(answer, prefix), key=lambda entry: entry.name + "/" * entry.is_folder)[:limit]


def end_of(client: Any, bucket: str, folder_prefix: str) -> str:
    """What stands behind everything in a folder; nothing for the name of an object."""
    answer = client.list_objects_v2(Bucket=bucket, Prefix=folder_prefix, MaxKeys=1)
    return f"/{LAST_LETTER}" if answer.get("KeyCount") else ""


def entries_of(answer: Any, prefix: str) -> Iterator[FolderEntry]:
    """What a page of a listing holds; an object that is called like the folder itself is only its mark."""
    for one in answer.get("CommonPrefixes", ()):
        yield FolderEntry(one["Prefix"].removeprefix(prefix).removesuffix("/"), is_folder=True)
    for one in answer.get("Contents", ()):
        if one["Key"] != prefix:
            yield FolderEntry(one["Key"].removeprefix(prefix))


class S3Target(Target):
    """One key of a bucket."""

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key}
        self._kind = {"ContentType": media_type_of(key)}
        self._upload: dict[str, Any] = {}
        self._tags: dict[int, str] = {}

    def is_taken(self) -> bool:
        with s3_errors():
            # A listing may be allowed where looking at the object itself is not.
            answer = self._client.list_objects_v2(Bucket=self._object["Bucket"], Prefix=self._object["Key"], MaxKeys=1)
        return any(one["Key"] == self._object["Key"] for one in answer.get("Contents", ()))

    def put(self, content: bytes, *, replaces: bool) -> None:
        self._unless_there(self._client.put_object, replaces, **self._object, **self._kind, Body=content)

    def begin(self, *, replaces: bool) -> None:
        with s3_errors():
            answer = self._client.create_multipart_upload(**self._object, **self._kind)
        self._upload = {**self._object, "UploadId": answer["UploadId"]}

    def add(self, piece: Piece) -> None:
        with s3_errors():
            answer = self._client.upload_part(**self._upload, PartNumber=piece.number, Body=piece.content)
        self._tags[piece.number] = answer["ETag"]

    def finish(self, *, replaces: bool) -> None:
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(self._tags.items())]
        self._unless_there(
            self._client.complete_multipart_upload, replaces, **self._upload, MultipartUpload={"Parts": parts}
        )

    def give_up(self) -> None:
        with s3_errors():
            self._client.abort_multipart_upload(**self._upload)

    def _unless_there(self, ask: Callable[..., object], replaces: bool, **told: object) -> None:
        """Asks on the condition that nothing is under the key, where the service knows conditions."""
        condition = {} if replaces else {"IfNoneMatch": "*"}
        try:
            with s3_errors():
                ask(**told, **condition)
        except Unknown:
            if replaces:
                raise
            with s3_errors():
                ask(**told)
