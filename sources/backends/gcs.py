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
from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.outbound.services import ServiceField, check_service
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.form import RemoteForm, SecretText
from ..ranged.gcs_objects import GcsRemote, GcsTarget, Timeout, origin_of, page_of
from ..ranged.key_source import KeySource
from ..ranged.key_target import Target
from ..ranged.names import is_key
from ..ranged.remote import Remote
from ..ranged.source import RemoteOptions

LIBRARY_MISSING = "The library for Google Cloud Storage is not installed: pip install 'iiifserver[gcs]'."
READING = ("https://www.googleapis.com/auth/devstorage.read_only",)
WRITING = ("https://www.googleapis.com/auth/devstorage.read_write",)

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
            check_service(self.endpoint)
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
    endpoint = ServiceField(
        label="Endpoint",
        required=False,
        help_text="The address of a service of your own that speaks like Google's. Usually empty.",
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("credentials")
        if chosen == SERVICE_ACCOUNT and not cleaned.get("service_account") and "service_account" not in self.errors:
            self.add_error("service_account", "Paste the key of a service account, or choose other credentials.")
        if chosen == AMBIENT and not conf.ambient_credentials:
            self.add_error("credentials", "The settings of this server do not allow that (AMBIENT_CREDENTIALS).")
        return cleaned


class GcsSource(KeySource):
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
        remote = GcsRemote(self._client.bucket(bucket), name, self._timeout)
        remote.is_in_own_place = bucket == self.options.bucket
        return remote

    @property
    def _timeout(self) -> Timeout:
        return self.options.connect_seconds, self.options.read_seconds

    @cached_property
    def _client(self) -> Any:
        return self._client_over(self._session(READING))

    @cached_property
    def _writing_session(self) -> Any:
        """Asked for when something is to be put, so that sources that only read need no right to write."""
        return self._session(WRITING)

    @cached_property
    def _writing_client(self) -> Any:
        return self._client_over(self._writing_session)

    def _client_over(self, session: Any) -> Any:
        from google.cloud.storage import Client  # type: ignore[import-untyped]

        with setting_up():
            return Client(
                project="none",
                credentials=session.credentials,
                _http=session,
                client_options={"api_endpoint": self.options.endpoint} if self.options.endpoint else None,
            )

    def _session(self, scopes: tuple[str, ...]) -> Any:
        """What sends everything through guarded connections, requests for tokens too."""
        if not is_installed():
            raise SourceUnavailable("A library that this source needs is not installed.")
        # Here, so that only servers with such a row load the library.
        import requests
        from google.auth.transport.requests import AuthorizedSession, Request

        from iiifserver.outbound.adapter import guarded

        with setting_up():
            # The machine's own tokens come from where nobody else may ask; where those of a key come from stands in a
            # document that staff have pasted.
            is_ambient = self.options.credentials == AMBIENT
            tokens = Request() if is_ambient else Request(guarded(requests.Session(), self.options.connections))
            authorized = AuthorizedSession(self._credentials(scopes), auth_request=tokens)  # type: ignore[no-untyped-call]
            return guarded(authorized, self.options.connections)

    def _credentials(self, scopes: tuple[str, ...]) -> Any:
        import google.auth
        from google.auth.credentials import AnonymousCredentials
        from google.oauth2.service_account import Credentials

        if self.options.credentials == ANONYMOUS:
            return AnonymousCredentials()  # type: ignore[no-untyped-call]
        if self.options.credentials == AMBIENT:
            if not conf.ambient_credentials:
                raise SourceUnavailable("The credentials of this source may not be used.")
            return google.auth.default(scopes=scopes)[0]
        document = json.loads(self.options.service_account)
        return Credentials.from_service_account_info(document, scopes=scopes)  # type: ignore[no-untyped-call]

    @property
    def origin(self) -> str:
        return origin_of(self.options.bucket)

    def page(self, prefix: str, after: str, limit: int) -> list[FolderEntry]:
        return page_of(self._client.bucket(self.options.bucket), prefix, after, limit, self._timeout)

    def target(self, key: str) -> Target:
        return GcsTarget(self._writing_client.bucket(self.options.bucket), key, self._writing_session, self._timeout)

    def problems(self) -> Iterable[str]:
        if not is_installed():
            yield LIBRARY_MISSING
        if self.options.credentials == AMBIENT and not conf.ambient_credentials:
            yield "The settings do not allow the credentials of this machine. Paste a key, or set AMBIENT_CREDENTIALS."
        if self.options.endpoint:
            try:
                check_service(self.options.endpoint)
            except ValueError as error:
                yield f"{error} Change the endpoint, or the settings."


@contextmanager
def setting_up() -> Iterator[None]:
    """Says in an error of the tree that the library takes the options for none."""
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except (GoogleAuthError, ValueError) as error:
        raise SourceUnavailable("This source is not set up properly.") from error


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    return find_spec("google") is not None and find_spec("google.cloud") is not None and has_storage()


def has_storage() -> bool:
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
