"""Images in a bucket of S3, or of a service that speaks like it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from django import forms

from iiifserver.conf import conf
from iiifserver.outbound.client import ClientSettings, HttpClient
from iiifserver.outbound.services import ServiceField, check_service
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.form import RemoteForm
from ..ranged.key_source import KeySource
from ..ranged.key_target import Target
from ..ranged.names import is_key
from ..ranged.remote import Remote
from ..ranged.s3_client import AMBIENT, ANONYMOUS, STATIC, Account, made_client
from ..ranged.s3_objects import S3Remote, S3Target, origin_of, page_of
from ..ranged.source import RemoteOptions

MOST_CLIENTS = 50
"""Of lookups with an endpoint or credentials of their own, so many clients are kept."""


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
            check_service(self.endpoint)


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
    endpoint = ServiceField(
        label="Endpoint",
        required=False,
        help_text="The address of the service, such as https://minio.example.org. Empty for Amazon's own. Private "
        "networks are closed unless the settings open them (IIIFSERVER_PRIVATE_NETWORKS).",
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("credentials")
        if chosen == STATIC and not (cleaned.get("access_key_id") and cleaned.get("secret_access_key")):
            self.add_error("access_key_id", "Fill in both halves of the key, or choose other credentials.")
        if chosen == AMBIENT and not conf.ambient_credentials:
            self.add_error("credentials", "The settings of this server do not allow that (AMBIENT_CREDENTIALS).")
        return cleaned


class S3Source(KeySource):
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
        remote = S3Remote(self.client(account), account, bucket, key)
        remote.is_in_own_place = (account, bucket) == (self.account_for({}), self.options.bucket)
        return remote

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
                self._clients[account] = made_client(account, self.options.addressing, self.options.profile, self._http)
            return self._clients[account]

    @property
    def origin(self) -> str:
        return origin_of(self.account_for({}), self.options.bucket)

    def page(self, prefix: str, after: str, limit: int) -> list[FolderEntry]:
        return page_of(self.client(self.account_for({})), self.options.bucket, prefix, after, limit)

    def target(self, key: str) -> Target:
        return S3Target(self.client(self.account_for({})), self.options.bucket, key)

    def problems(self) -> Iterable[str]:
        if self.options.credentials == AMBIENT and not conf.ambient_credentials:
            yield "The settings do not allow the credentials of this machine. Type keys, or set AMBIENT_CREDENTIALS."
        if self.options.endpoint:
            try:
                check_service(self.options.endpoint)
            except ValueError as error:
                yield f"{error} Change the endpoint, or the settings."
