"""Images in a bucket of Google Cloud Storage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.outbound.deadlines import time_limit
from iiifserver.outbound.fence import OutOfBounds, current_fence
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.form import RemoteForm, SecretText
from ..ranged.http_remote import TRY_AGAIN, http_errors
from ..ranged.key_remote import KeyRemote
from ..ranged.listing import first_entries
from ..ranged.names import is_key
from ..ranged.remote import Interrupted, Remote, Replaced, State
from ..ranged.source import RemoteOptions, RemoteSource
from ..ranged.spans import Span

LIBRARY_MISSING = "The library for Google Cloud Storage is not installed: pip install 'iiifserver[gcs]'."
READING = ("https://www.googleapis.com/auth/devstorage.read_only",)
MOST_AT_ONCE = 1000
"""What the store lists at once at most."""

SERVICE_ACCOUNT, AMBIENT, ANONYMOUS = "service_account", "ambient", "anonymous"
KINDS = frozenset({SERVICE_ACCOUNT, AMBIENT, ANONYMOUS})
TEXTS = ("bucket", "endpoint", "credentials", "service_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsOptions(RemoteOptions):
    bucket: str
    endpoint: str = ""
    """Empty for Google's own."""
    credentials: str = SERVICE_ACCOUNT
    service_account: str = ""
    """The JSON document of its key."""

    def __post_init__(self) -> None:
        RemoteOptions.__post_init__(self)
        if not all(isinstance(getattr(self, name), str) for name in TEXTS):
            raise TypeError("The bucket, the endpoint and the credentials are texts.")
        if self.credentials not in KINDS:
            raise ValueError("The credentials are of no known kind.")
        if self.endpoint:
            check_endpoint(self.endpoint)
        if self.service_account:
            check_service_account(self.service_account)


class ServiceAccountField(SecretField):
    """The JSON document of a key, stored as one secret."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=SecretText(), **kwargs)

    def clean(self, value: Any) -> Any:
        if value and value.lstrip().startswith("{"):
            try:
                check_service_account(value)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return super().clean(value)


class GcsForm(RemoteForm):
    bucket = forms.CharField(
        label="Bucket", help_text="The name of the bucket.", widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    endpoint = forms.CharField(
        label="Endpoint",
        required=False,
        help_text="The address of a service of your own that speaks like Google's. Usually empty.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    credentials = forms.ChoiceField(
        label="Credentials",
        choices=[
            (SERVICE_ACCOUNT, "The service account below"),
            (AMBIENT, "Those of this machine"),
            (ANONYMOUS, "None: the bucket is public"),
        ],
        initial=SERVICE_ACCOUNT,
        help_text="Those of this machine may be used only where the settings allow it (AMBIENT_CREDENTIALS).",
    )
    service_account = ServiceAccountField(
        label="Key of the service account",
        required=False,
        help_text="The JSON document that Google gives out for a key, pasted whole; may be env:NAME. It is stored "
        "encrypted and not shown again.",
    )
    field_order = ["bucket", "endpoint", "credentials", "service_account"]

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
        if chosen == SERVICE_ACCOUNT and not cleaned.get("service_account") and "service_account" not in self.errors:
            self.add_error("service_account", "Paste the key of a service account, or choose other credentials.")
        if chosen == AMBIENT and not conf.ambient_credentials:
            self.add_error("credentials", "The settings of this server do not allow that (AMBIENT_CREDENTIALS).")
        return cleaned


class GcsSource(RemoteSource):
    """Takes a name for that of an object."""

    label = "Google Cloud Storage"
    used_for = "Images in a bucket of Google Cloud Storage."
    secret_options = frozenset({"service_account"})
    options_class = GcsOptions
    form_class = GcsForm
    options: GcsOptions

    def __init__(self, options: GcsOptions) -> None:
        super().__init__(options, conf.home / "pieces")

    def remote(self, place: Place) -> Remote | None:
        name = place.details.get("key") or place.name
        bucket = place.details.get("bucket") or self.options.bucket
        if not is_key(name):
            return None
        timeout = (self.options.connect_seconds, self.options.read_seconds)
        return GcsRemote(self._client.bucket(bucket), name, timeout)

    @cached_property
    def _client(self) -> Any:
        """A client that sends everything through guarded connections, requests for tokens too."""
        if not is_installed():
            raise SourceUnavailable("A library that this source needs is not installed.")
        # Here, so that only servers with such a row load the library.
        import requests
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import AuthorizedSession, Request
        from google.cloud.storage import Client  # type: ignore[import-untyped]

        from iiifserver.outbound.adapter import guarded

        try:
            credentials = self._credentials()
            tokens = Request(guarded(requests.Session(), self.options.connections))
            authorized = AuthorizedSession(credentials, auth_request=tokens)  # type: ignore[no-untyped-call]
            session = guarded(authorized, self.options.connections)
            return Client(
                project="none",
                credentials=credentials,
                _http=session,
                client_options={"api_endpoint": self.options.endpoint} if self.options.endpoint else None,
            )
        except (GoogleAuthError, ValueError) as error:
            raise SourceUnavailable("This source is not set up properly.") from error

    def _credentials(self) -> Any:
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.oauth2.service_account import Credentials

        if self.options.credentials == ANONYMOUS:
            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        if self.options.credentials == AMBIENT:
            if not conf.ambient_credentials:
                raise SourceUnavailable("The credentials of this source may not be used.")
            return google.auth.default(scopes=READING)[0]
        document = json.loads(self.options.service_account)
        return Credentials.from_service_account_info(document, scopes=READING)  # type: ignore[no-untyped-call]

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """In the order of this store: by the letters of their names, a folder's with its slash."""
        if folder and not is_key(folder):
            return None
        prefix = f"{folder}/" if folder else ""
        client = self._client
        with self.breaker.watching(origin_of(self.options.bucket)), time_limit(self.options.whole_seconds):
            return self.patience.try_out(lambda: self._entries_below(client, prefix, after, limit))

    def _entries_below(self, client: Any, prefix: str, after: str, limit: int) -> list[FolderEntry] | None:
        """One page of a folder; `None` when nothing has a name that begins like that."""
        behind = f"{prefix}{after}" if after else ""
        with gcs_errors():
            if after and any(any(page) for page in self._names(client, f"{behind}/", "", 1)):
                behind += "/"
            found = first_entries(self._names(client, prefix, behind, limit + 1), prefix, behind, limit)
        return found if found or after or not prefix else None

    def _names(self, client: Any, prefix: str, start: str, at_once: int) -> Iterator[list[str]]:
        """What begins like that, from a name on, in pages of so many: objects, and folders with their slash."""
        listed = client.list_blobs(
            self.options.bucket,
            prefix=prefix or None,
            delimiter="/",
            start_offset=start or None,
            page_size=min(at_once, MOST_AT_ONCE),
            fields="items(name),prefixes,nextPageToken",
            retry=None,
            timeout=(self.options.connect_seconds, self.options.read_seconds),
        )
        for page in listed.pages:
            yield [*(blob.name for blob in page), *page.prefixes]

    def problems(self) -> Iterable[str]:
        if not is_installed():
            yield LIBRARY_MISSING
        if self.options.credentials == AMBIENT and not conf.ambient_credentials:
            yield "The settings do not allow the credentials of this machine. Paste a key, or set AMBIENT_CREDENTIALS."
        if self.options.endpoint:
            try:
                check_endpoint(self.options.endpoint)
            except ValueError as error:
                yield f"{error} Change the endpoint, or the settings."


def origin_of(bucket: str) -> str:
    return f"Google Cloud Storage/{bucket}"


class GcsRemote(KeyRemote):
    """One object of a bucket."""

    def __init__(self, bucket: Any, name: str, timeout: tuple[float, float]) -> None:
        self._bucket = bucket
        self._name = name
        self._timeout = timeout
        self.origin = origin_of(bucket.name)
        self.address = f"{bucket.name}\0{name}"

    def first_piece(self, length: int) -> tuple[State, bytes]:
        """The bytes come when they are read: this service tells size and generation in a request of their own."""
        with gcs_errors():
            blob = self._bucket.get_blob(self._name, retry=None, timeout=self._timeout)
        if blob is None:
            raise SourceMissing("There is no image with this identifier.")
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
            raise Replaced from error
        if len(content) != span.length:
            raise Replaced
        return content


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    return find_spec("google") is not None and find_spec("google.cloud") is not None and has_storage()


def has_storage() -> bool:
    return find_spec("google.cloud.storage") is not None


def check_endpoint(endpoint: str) -> None:
    """Raises `ValueError` with a sentence when the service may not be asked."""
    try:
        current_fence().check(endpoint)
    except OutOfBounds as error:
        raise ValueError(str(error)) from error


def check_service_account(document: str) -> None:
    """Raises `ValueError`, which repeats nothing of the document."""
    try:
        known = json.loads(document)
        is_sound = known["type"] == "service_account" and {"client_email", "private_key", "token_uri"} <= known.keys()
    except (ValueError, TypeError, KeyError, AttributeError):
        is_sound = False
    if not is_sound:
        raise ValueError("This is not the JSON document of a service account's key.")


@contextmanager
def gcs_errors() -> Iterator[None]:
    """Turns what the library raises into errors of the tree."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException, Timeout

    with http_errors():
        try:
            yield
        except GoogleAPICallError as error:
            raise meaning_of(error.code or 0) from error
        except GoogleAuthError as error:
            raise Forbidden("The source does not take the credentials of this server.") from error
        except Timeout as error:
            raise SourceTooSlow("The source takes too long to answer.") from error
        except RequestException as error:
            raise Interrupted("The source stopped in the middle of its answer.") from error


def meaning_of(status: int) -> IIIFError:
    """What an answer that is an error means."""
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status in {412, 416}:
        return Replaced()
    if status in {401, 403}:
        return Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        return Interrupted("The source cannot answer at present.")
    return SourceNonsense("The source answered something that makes no sense.")
