"""Images in a bucket of S3, or of a service that speaks like it."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceNonsense, SourceUnavailable
from iiifserver.outbound.client import REDIRECTS, ClientSettings, HttpClient, chunks
from iiifserver.outbound.deadlines import time_limit
from iiifserver.outbound.fence import OutOfBounds, current_fence
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.form import RemoteForm
from ..ranged.http_remote import TRY_AGAIN, http_errors
from ..ranged.key_remote import KeyRemote
from ..ranged.names import is_key
from ..ranged.remote import Interrupted, Remote, Replaced, State
from ..ranged.source import RemoteOptions, RemoteSource
from ..ranged.spans import Span

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

MOST_CLIENTS = 50
"""Of lookups with an endpoint or credentials of their own, so many clients are kept."""

MESSAGE_BYTES = 10_000_000
RANGE = re.compile(r"bytes=(\d+)-(\d+)")

LAST_LETTER = "\U0010ffff"

STATIC, AMBIENT, ANONYMOUS = "static", "ambient", "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Options(RemoteOptions):
    bucket: str
    endpoint: str = ""
    """Empty for Amazon's own."""
    region: str = ""
    addressing: str = "auto"
    credentials: str = STATIC
    access_key_id: str = ""
    secret_access_key: str = ""
    profile: str = ""

    def __post_init__(self) -> None:
        RemoteOptions.__post_init__(self)
        if not all(isinstance(getattr(self, name), str) for name in S3_TEXTS):
            raise TypeError("The bucket, the endpoint and the credentials are texts.")
        if self.credentials not in {STATIC, AMBIENT, ANONYMOUS} or self.addressing not in {"auto", "path", "virtual"}:
            raise ValueError("The credentials or the addressing are of no known kind.")
        if self.endpoint:
            check_endpoint(self.endpoint)


S3_TEXTS = (
    "bucket",
    "endpoint",
    "region",
    "addressing",
    "credentials",
    "access_key_id",
    "secret_access_key",
    "profile",
)


class S3Form(RemoteForm):
    bucket = forms.CharField(
        label="Bucket", help_text="The name of the bucket.", widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    endpoint = forms.CharField(
        label="Endpoint",
        required=False,
        help_text="The address of the service, such as https://minio.example.org. Empty for Amazon's own. Private "
        "networks are closed unless the settings open them (PRIVATE_NETWORKS).",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    region = forms.CharField(
        label="Region", required=False, max_length=50, help_text="Such as eu-central-1. Empty for us-east-1."
    )
    addressing = forms.ChoiceField(
        label="Addressing",
        choices=[
            ("auto", "As suits the service"),
            ("path", "Path: host/bucket/key"),
            ("virtual", "Virtual: bucket.host/key"),
        ],
        initial="auto",
        help_text="Where the name of the bucket stands. Many services other than Amazon's want it in the path.",
    )
    credentials = forms.ChoiceField(
        label="Credentials",
        choices=[
            (STATIC, "The keys below"),
            (AMBIENT, "Those of this machine: environment, profile, container, instance"),
            (ANONYMOUS, "None: the bucket is public"),
        ],
        initial=STATIC,
        help_text="Those of this machine may be used only where the settings allow it (AMBIENT_CREDENTIALS).",
    )
    access_key_id = forms.CharField(label="Access key", required=False, max_length=200, help_text="Its public half.")
    secret_access_key = SecretField(
        label="Secret key", required=False, help_text="The secret half of the access key; may be env:NAME."
    )
    profile = forms.CharField(
        label="Profile",
        required=False,
        max_length=100,
        help_text="A profile of this machine's AWS configuration. Empty for the usual search.",
    )
    field_order = [
        "bucket",
        "endpoint",
        "region",
        "addressing",
        "credentials",
        "access_key_id",
        "secret_access_key",
        "profile",
    ]

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            if endpoint:
                check_endpoint(endpoint)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return endpoint

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("credentials")
        if chosen == STATIC and not (cleaned.get("access_key_id") and cleaned.get("secret_access_key")):
            self.add_error("access_key_id", "Fill in both halves of the key, or choose other credentials.")
        if chosen == AMBIENT and not conf.ambient_credentials:
            self.add_error("credentials", "The settings of this server do not allow that (AMBIENT_CREDENTIALS).")
        return cleaned


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom a bucket is asked."""

    endpoint: str
    region: str
    credentials: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""


class S3Source(RemoteSource):
    """Takes a name for the key of an object."""

    label = "S3"
    used_for = "Images in a bucket of Amazon S3, or of MinIO, Ceph, Wasabi and others that speak like it."
    secret_options = frozenset({"secret_access_key"})
    options_class = S3Options
    form_class = S3Form
    options: S3Options

    def __init__(self, options: S3Options) -> None:
        super().__init__(options, conf.home / "pieces")
        self._http = HttpClient(
            ClientSettings(
                connect_seconds=options.connect_seconds,
                read_seconds=options.read_seconds,
                connections=options.connections,
            )
        )
        self._lock = threading.Lock()
        self._clients: LRUCache[Account, Any] = LRUCache(MOST_CLIENTS)

    def remote(self, place: Place) -> Remote | None:
        key = place.details.get("key") or place.name
        if not is_key(key):
            return None
        account = self.account_for(place.details)
        bucket = place.details.get("bucket") or self.options.bucket
        return S3Remote(self.client(account), account, bucket, key)

    def account_for(self, details: Mapping[str, str]) -> Account:
        """The row's own, unless the delegate leads to another service: our keys are not for that one."""
        own = self.options
        endpoint = details.get("endpoint") or own.endpoint
        region = details.get("region") or own.region
        if details.get("access_key_id"):
            keys = (details["access_key_id"], details.get("secret_access_key", ""), details.get("session_token", ""))
            return Account(endpoint, region, STATIC, *keys)
        if endpoint != own.endpoint:
            return Account(endpoint, region, ANONYMOUS, "", "")
        return Account(endpoint, region, own.credentials, own.access_key_id, own.secret_access_key)

    def client(self, account: Account) -> Any:
        """A client for that account; making one takes long."""
        with self._lock:
            if account not in self._clients:
                self._clients[account] = made_client(account, self.options, self._http)
            return self._clients[account]

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """In the order of S3: by the letters of their keys, a folder's with its slash."""
        if folder and not is_key(folder):
            return None
        prefix = f"{folder}/" if folder else ""
        with self.breaker.watching(self.options.endpoint), time_limit(self.options.whole_seconds):
            return self.patience.try_out(lambda: self._page(prefix, after, limit))

    def _page(self, prefix: str, after: str, limit: int) -> list[FolderEntry] | None:
        """One page of a folder; `None` when nothing has a key that begins like that."""
        client = self.client(self.account_for({}))
        with s3_errors():
            start = f"{prefix}{after}{self._end_of(client, f'{prefix}{after}/')}" if after else ""
            answer = client.list_objects_v2(
                Bucket=self.options.bucket, Prefix=prefix, Delimiter="/", StartAfter=start, MaxKeys=limit + 1
            )
        found = sorted([*entries_of(answer, prefix)], key=lambda entry: entry.name + "/" * entry.is_folder)
        return found[:limit] if found or after or not prefix else None

    def _end_of(self, client: Any, folder_prefix: str) -> str:
        """What stands behind everything in a folder; nothing for the name of an object."""
        answer = client.list_objects_v2(Bucket=self.options.bucket, Prefix=folder_prefix, MaxKeys=1)
        return f"/{LAST_LETTER}" if answer.get("KeyCount") else ""

    def problems(self) -> Iterable[str]:
        if self.options.credentials == AMBIENT and not conf.ambient_credentials:
            yield "The settings do not allow the credentials of this machine. Type keys, or set AMBIENT_CREDENTIALS."
        if self.options.endpoint:
            try:
                check_endpoint(self.options.endpoint)
            except ValueError as error:
                yield f"{error} Change the endpoint, or the settings."


def entries_of(answer: Any, prefix: str) -> Iterator[FolderEntry]:
    """What a page of a listing holds; an object that is called like the folder itself is only its mark."""
    for one in answer.get("CommonPrefixes", ()):
        yield FolderEntry(one["Prefix"].removeprefix(prefix).removesuffix("/"), is_folder=True)
    for one in answer.get("Contents", ()):
        if one["Key"] != prefix:
            yield FolderEntry(one["Key"].removeprefix(prefix))


class S3Remote(KeyRemote):
    """One object of a bucket."""

    def __init__(self, client: Any, account: Account, bucket: str, key: str) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key}
        self.origin = f"{account.endpoint or 'Amazon S3'}/{bucket}"
        self.address = "\0".join((repr(account), bucket, key))

    def first_piece(self, length: int) -> tuple[State, bytes]:
        try:
            with s3_errors():
                answer = self._client.get_object(**self._object, Range=f"bytes=0-{length - 1}")
                return state_of(answer, size_of(answer)), body_of(answer)
        except EmptyObject:
            with s3_errors():
                return state_of(self._client.head_object(**self._object), 0), b""

    def read(self, state: State, span: Span) -> bytes:
        with missing_is_replaced(), s3_errors():
            wanted = f"bytes={span.start}-{span.stop - 1}"
            answer = self._client.get_object(**self._object, Range=wanted, IfMatch=state.tag)
            content = body_of(answer)
        if not state.is_same_as(state_of(answer, size_of(answer))):
            raise Replaced
        if len(content) != span.length:
            raise SourceNonsense("The source sent another piece of the image than was asked for.")
        return content


class EmptyObject(SourceNonsense):
    """There is no first byte to give."""


@contextmanager
def missing_is_replaced() -> Iterator[None]:
    try:
        yield
    except (SourceMissing, EmptyObject) as error:
        raise Replaced from error


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


def check_endpoint(endpoint: str) -> None:
    """Raises `ValueError` with a sentence when the service may not be asked."""
    try:
        parts = current_fence().check(endpoint)
    except OutOfBounds as error:
        raise ValueError(str(error)) from error
    if parts.username or parts.password:
        raise ValueError("Write the keys into their own fields, where they are encrypted, not into the address.")


def made_client(account: Account, options: S3Options, http: HttpClient) -> Any:
    """A client that sends everything through our own; raises `SourceUnavailable` when it cannot be made."""
    # Here, so that only servers with such a row load the library.
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    if account.credentials == AMBIENT and not conf.ambient_credentials:
        raise SourceUnavailable("The credentials of this source may not be used.")
    config = Config(
        signature_version=UNSIGNED if account.credentials == ANONYMOUS else None,
        retries={"total_max_attempts": 1, "mode": "standard"},
        s3={"addressing_style": options.addressing},  # type: ignore[arg-type]
        # The digest of a whole object says nothing about a piece of it.
        response_checksum_validation="when_required",
    )
    try:
        session = boto3.Session(profile_name=(options.profile or None) if account.credentials == AMBIENT else None)
        client = session.client(
            "s3",
            endpoint_url=account.endpoint or None,
            region_name=account.region or session.region_name or "us-east-1",
            config=config,
            **keys_of(account),
        )
    except (BotoCoreError, ValueError) as error:
        raise SourceUnavailable("This source is not set up properly.") from error
    client.meta.events.register("before-send.s3.*", lambda request, **_: sent(http, request))
    return client


def keys_of(account: Account) -> dict[str, Any]:
    if account.credentials != STATIC:
        return {}
    return {
        "aws_access_key_id": account.access_key_id,
        "aws_secret_access_key": account.secret_access_key,
        "aws_session_token": account.session_token or None,
    }


def sent(http: HttpClient, request: AWSPreparedRequest) -> AWSResponse:
    """The answer to a signed request, through connections that are guarded and bounded in time."""
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse

    headers = {name: text_of(value) for name, value in request.headers.items()}
    with http.answer_to_signed(request.method, request.url, headers, request.body) as response:
        # botocore asks again and again where a service leads elsewhere without saying to which region.
        if response.status in REDIRECTS and "x-amz-bucket-region" not in response.headers:
            raise SourceNonsense("The source leads to another service, which is not asked.")
        content = b"".join(within(chunks(response), most_bytes(headers)))
    held = HTTPResponse(io.BytesIO(content), headers=response.headers, preload_content=False, decode_content=False)
    return AWSResponse(request.url, response.status, dict(response.headers), held)  # type: ignore[arg-type]


def text_of(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def most_bytes(headers: Mapping[str, str]) -> int:
    """How long the answer to a request may be: the piece that it asks for, and room for a message of error."""
    piece = RANGE.fullmatch(headers.get("Range", ""))
    return MESSAGE_BYTES + (int(piece[2]) + 1 - int(piece[1]) if piece else 0)


def within(pieces: Iterable[bytes], limit_bytes: int) -> Iterator[bytes]:
    """The pieces; raises `SourceNonsense` as soon as they are too much."""
    for piece in pieces:
        limit_bytes -= len(piece)
        if limit_bytes < 0:
            raise SourceNonsense("The source sent more than was asked for.")
        yield piece


@contextmanager
def s3_errors() -> Iterator[None]:
    """Turns what the client raises into errors of the tree."""
    from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError, NoCredentialsError

    try:
        with http_errors():
            yield
    except ClientError as error:
        raise meaning_of(error.response) from error
    except IncompleteReadError as error:
        raise Interrupted("The source stopped in the middle of its answer.") from error
    except NoCredentialsError as error:
        raise SourceUnavailable("This source has no credentials.") from error
    except (BotoCoreError, KeyError) as error:
        raise SourceUnavailable("The source cannot be asked at present.") from error


def meaning_of(response: Any) -> IIIFError:
    """What an answer that is an error means."""
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = response.get("Error", {}).get("Code", "")
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status == 412:
        return Replaced()
    if status == 416:
        return EmptyObject("The object is empty.")
    if status in {401, 403} or code in {"ExpiredToken", "InvalidToken"}:
        return Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        return Interrupted("The source cannot answer at present.")
    return SourceNonsense("The source answered something that makes no sense.")
