"""Finished pictures in a bucket of Google Cloud Storage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from django import forms

from iiifserver.outbound.fence import OutOfBounds
from iiifserver.outbound.services import ServiceField, check_ambient, check_service
from iiifserver.secrets import SecretField

from ..base import CacheUnavailable
from ..object_stores import ObjectStoreCache, ObjectStoreForm, ObjectStoreOptions, StoredObject

LIBRARY_MISSING = "The library for Google Cloud Storage is not installed: pip install 'iiifserver[gcs]'."
CONNECTIONS = 20
WRITING = ("https://www.googleapis.com/auth/devstorage.read_write",)
NO_SUCH_PLACE = 416
"""The answer where the beginning of an object is asked for that has no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsCacheOptions(ObjectStoreOptions):
    bucket: str
    endpoint: str = ""
    """Empty for Google's own."""
    service_account: str = ""
    """The JSON document of its key; empty: what the machine has."""

    def __post_init__(self) -> None:
        ObjectStoreOptions.__post_init__(self)
        if self.endpoint:
            check_service(self.endpoint)
        if self.service_account:
            check_service_account(self.service_account)
        elif not self.endpoint:
            check_ambient()


class ServiceAccountField(SecretField):
    """The JSON document of a key, stored as one secret."""

    def clean(self, value: Any) -> Any:
        if value and value.lstrip().startswith("{"):
            try:
                check_service_account(value)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return super().clean(value)


class GcsCacheForm(ObjectStoreForm):
    bucket = forms.CharField(
        label="Bucket",
        max_length=222,
        help_text="It must exist.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    endpoint = ServiceField(
        label="Endpoint",
        required=False,
        help_text="The address of a service of your own that speaks like Google's. Usually empty. Private networks are "
        "closed unless the settings open them (IIIFSERVER_PRIVATE_NETWORKS).",
    )
    service_account = ServiceAccountField(
        label="Key of the service account",
        required=False,
        help_text="The JSON document that Google gives out for a key, pasted whole; may be env:NAME. Empty: the "
        "credentials that the machine itself has, where the settings allow it (AMBIENT_CREDENTIALS).",
    )

    field_order = ["bucket", "endpoint", "service_account"]


class GcsCache(ObjectStoreCache):
    """Keeps pictures as objects of a bucket."""

    label = "Google Cloud Storage"
    used_for = "Many machines that share finished pictures for a long time. Put a memory or filesystem cache in front."
    secret_options = frozenset({"service_account"})
    options_class = GcsCacheOptions
    form_class = GcsCacheForm
    options: GcsCacheOptions

    @cached_property
    def bucket(self) -> Any:
        # Here, so that only servers with such a row load the library.
        import requests
        from google.auth.transport.requests import AuthorizedSession, Request
        from google.cloud.storage import Client  # type: ignore[import-untyped]

        from iiifserver.outbound.adapter import guarded

        credentials = self._credentials()
        # Those of the machine come from where nobody else may ask; those of a key from where staff's document says.
        tokens = Request(guarded(requests.Session(), CONNECTIONS)) if self.options.service_account else Request()
        authorized = AuthorizedSession(credentials, auth_request=tokens)  # type: ignore[no-untyped-call]
        client = Client(
            project="none",
            credentials=credentials,
            _http=guarded(authorized, CONNECTIONS),
            client_options={"api_endpoint": self.options.endpoint} if self.options.endpoint else None,
        )
        return client.bucket(self.options.bucket)

    def _credentials(self) -> Any:
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.oauth2.service_account import Credentials

        if self.options.service_account:
            document = json.loads(self.options.service_account)
            return Credentials.from_service_account_info(document, scopes=WRITING)  # type: ignore[no-untyped-call]
        if self.options.endpoint:
            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        return google.auth.default(scopes=WRITING)[0]

    def read_object(self, name: str, count: int | None = None) -> bytes | None:
        from google.api_core.exceptions import GoogleAPICallError, NotFound

        from iiifserver.outbound.adapter import closing_answers

        piece = {} if count is None else {"start": 0, "end": count - 1}
        try:
            with closing_answers():
                raw: bytes = self.bucket.blob(name).download_as_bytes(
                    raw_download=True, checksum=None, retry=None, timeout=self.options.timeout_seconds, **piece
                )
        except NotFound:
            return None
        except GoogleAPICallError as error:
            if error.code == NO_SUCH_PLACE:
                return b""
            raise
        return raw

    def write_object(self, name: str, raw: bytes) -> None:
        self.bucket.blob(name).upload_from_string(
            raw, content_type="application/octet-stream", retry=None, timeout=self.options.timeout_seconds
        )

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        for found in self.bucket.list_blobs(prefix=prefix, retry=None, timeout=self.options.timeout_seconds):
            yield StoredObject(found.name, found.size, found.updated.timestamp())

    def remove_objects(self, names: list[str]) -> None:
        from google.api_core.exceptions import NotFound

        for name in names:
            try:
                self.bucket.blob(name).delete(retry=None, timeout=self.options.timeout_seconds)
            except NotFound:
                continue

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        if not is_installed():
            raise CacheUnavailable(LIBRARY_MISSING)
        from google.api_core.exceptions import GoogleAPICallError
        from google.auth.exceptions import GoogleAuthError
        from requests.exceptions import RequestException

        try:
            yield
        except GoogleAPICallError as error:
            raise CacheUnavailable(f"Google refuses ({error.code or type(error).__name__}).") from error
        except OutOfBounds as error:
            raise CacheUnavailable(f"Google may not be asked. {error}") from error
        except (GoogleAuthError, RequestException, OSError, ValueError) as error:
            raise CacheUnavailable(f"Google does not answer as it should ({type(error).__name__}).") from error

    def problems(self) -> Iterable[str]:
        return super().problems() if is_installed() else [LIBRARY_MISSING]


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    if find_spec("google") is None or find_spec("google.cloud") is None:
        return False
    return find_spec("google.cloud.storage") is not None


def check_service_account(document: str) -> None:
    """Raises `ValueError`, which repeats nothing of the document."""
    try:
        known = json.loads(document)
        is_sound = known["type"] == "service_account" and {"client_email", "private_key", "token_uri"} <= known.keys()
    except (ValueError, TypeError, KeyError, AttributeError):
        is_sound = False
    if not is_sound:
        raise ValueError("This is not the JSON document of a service account's key.")
