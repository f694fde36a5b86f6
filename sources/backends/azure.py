"""Images in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.outbound.fence import OutOfBounds, current_fence
from iiifserver.outbound.services import ServiceField, check_service
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.azure_blobs import AzureRemote, AzureTarget, page_of
from ..ranged.form import RemoteForm
from ..ranged.key_source import KeySource
from ..ranged.key_target import Target
from ..ranged.names import is_key
from ..ranged.remote import Remote
from ..ranged.source import RemoteOptions

LIBRARY_MISSING = "The libraries for Azure are not installed: pip install 'iiifserver[azure]'."
IN_ONE_GO_BYTES = 2**31
"""A piece is never cut into several requests."""

TEXTS = ("account_url", "container", "account_name", "account_key", "sas_token", "identity_client_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureOptions(RemoteOptions):
    account_url: str
    container: str
    account_name: str = ""
    account_key: str = ""
    sas_token: str = ""
    uses_machine_identity: bool = False
    identity_client_id: str = ""
    """Empty where the machine has one identity only."""

    def __post_init__(self) -> None:
        RemoteOptions.__post_init__(self)
        if not all(isinstance(getattr(self, name), str) for name in TEXTS):
            raise TypeError("The address, the container and the credentials are texts.")
        check_service(self.account_url)
        if self.uses_machine_identity:
            check_is_encrypted(self.account_url)


class AzureForm(RemoteForm):
    account_url = ServiceField(
        label="Address of the account",
        help_text="Such as https://museum.blob.core.windows.net.",
    )
    container = forms.CharField(label="Container", max_length=100, help_text="The name of the container.")
    account_name = forms.CharField(
        label="Account name", required=False, max_length=100, help_text="Goes with the account key."
    )
    account_key = SecretField(
        label="Account key",
        required=False,
        help_text="Opens the whole account; a SAS token opens less. May be env:NAME.",
    )
    sas_token = SecretField(
        label="SAS token",
        required=False,
        help_text="A token that allows reading the container, used in place of the key; may be env:NAME. Leave both "
        "empty for a public container.",
    )
    uses_machine_identity = forms.BooleanField(
        label="Sign in as this machine",
        required=False,
        help_text="With the identity that Azure gives the machine (managed identity), in place of a key. Only where "
        "the settings allow it (AMBIENT_CREDENTIALS), and over https.",
    )
    identity_client_id = forms.CharField(
        label="Client ID of the identity",
        required=False,
        max_length=100,
        help_text="Which identity, where the machine has several. Usually empty.",
    )
    field_order = [
        "account_url",
        "container",
        "account_name",
        "account_key",
        "sas_token",
        "uses_machine_identity",
        "identity_client_id",
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("uses_machine_identity"):
            return cleaned
        if not conf.ambient_credentials:
            self.add_error(
                "uses_machine_identity", "The settings of this server do not allow that (AMBIENT_CREDENTIALS)."
            )
        if cleaned.get("account_key") or cleaned.get("sas_token"):
            self.add_error("uses_machine_identity", "Choose one: the machine's identity, or the key or token above.")
        try:
            check_is_encrypted(cleaned.get("account_url", ""))
        except ValueError as error:
            self.add_error("account_url", str(error))
        return cleaned


class AzureSource(KeySource):
    """Takes a name for that of a blob."""

    label = "Azure"
    used_for = "Images in a container of Azure Blob Storage."
    secret_options = frozenset({"account_key", "sas_token"})
    options_class = AzureOptions
    form_class = AzureForm
    options: AzureOptions

    def __init__(self, options: AzureOptions) -> None:
        super().__init__(options, conf.home / "pieces")

    def remote(self, place: Place) -> Remote | None:
        if place.details.get("url"):
            return self._at_url(place.details["url"])
        name = place.details.get("key") or place.name
        container = place.details.get("container") or self.options.container
        if not is_key(name):
            return None
        blob = self._service.get_blob_client(container, name)
        remote = AzureRemote(blob, self.options.account_url, "\0".join((self.options.account_url, container, name)))
        remote.is_in_own_place = container == self.options.container
        return remote

    def _at_url(self, url: str) -> Remote:
        """The blob of an address that carries its own signature; our keys are not for it."""
        from azure.storage.blob import BlobClient

        try:
            current_fence().check(url)
            blob = BlobClient.from_blob_url(url, **self._client_settings)
        except (OutOfBounds, ValueError) as error:
            raise SourceUnavailable("The source leads to a place that this server may not ask.") from error
        remote = AzureRemote(blob, urlsplit(url).netloc, url)
        remote.is_in_own_place = False
        return remote

    @cached_property
    def _service(self) -> Any:
        if not is_installed():
            raise SourceUnavailable("A library that this source needs is not installed.")
        # Here, so that only servers with such a row load the library.
        from azure.storage.blob import BlobServiceClient

        try:
            return BlobServiceClient(self.options.account_url, credential=self._credential(), **self._client_settings)
        except (ImportError, ValueError) as error:
            raise SourceUnavailable("This source is not set up properly.") from error

    def _credential(self) -> Any:
        own = self.options
        if own.sas_token:
            from azure.core.credentials import AzureSasCredential

            return AzureSasCredential(own.sas_token.removeprefix("?"))
        if own.account_key:
            return {"account_name": own.account_name, "account_key": own.account_key}
        return self._machine_identity() if own.uses_machine_identity else None

    def _machine_identity(self) -> Any:
        """What fetches tokens for this machine: the only one that may ask the service that hands them out."""
        if not conf.ambient_credentials:
            raise SourceUnavailable("The credentials of this source may not be used.")
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(
            client_id=self.options.identity_client_id or None,
            retry_total=0,
            connection_timeout=self.options.connect_seconds,
            read_timeout=self.options.read_seconds,
        )

    @cached_property
    def _client_settings(self) -> dict[str, Any]:
        import requests
        from azure.core.pipeline.transport import RequestsTransport

        from iiifserver.outbound.adapter import guarded

        session = guarded(requests.Session(), self.options.connections)
        return {
            "transport": RequestsTransport(session=session, session_owner=False, use_env_settings=False),
            "retry_total": 0,
            "max_single_get_size": IN_ONE_GO_BYTES,
            "connection_timeout": self.options.connect_seconds,
            "read_timeout": self.options.read_seconds,
        }

    @property
    def origin(self) -> str:
        return self.options.account_url

    def page(self, prefix: str, after: str, limit: int) -> list[FolderEntry]:
        return page_of(self._service.get_container_client(self.options.container), prefix, after, limit)

    def target(self, key: str) -> Target:
        return AzureTarget(self._service.get_blob_client(self.options.container, key))

    def problems(self) -> Iterable[str]:
        own = self.options
        if not is_installed() or (own.uses_machine_identity and find_spec("azure.identity") is None):
            yield LIBRARY_MISSING
        if own.uses_machine_identity and not conf.ambient_credentials:
            yield "The settings do not allow the identity of this machine. Type a key, or set AMBIENT_CREDENTIALS."
        try:
            check_service(self.options.account_url)
        except ValueError as error:
            yield f"{error} Change the address of the account, or the settings."


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    return find_spec("azure") is not None and find_spec("azure.storage") is not None


def check_is_encrypted(url: str) -> None:
    """Raises `ValueError` where a token would go over the network in clear."""
    if not url.startswith("https://"):
        raise ValueError("The identity of this machine is shown to https addresses alone.")
