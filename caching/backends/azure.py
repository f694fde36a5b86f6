"""Finished pictures in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from django import forms

from iiifserver.outbound.fence import OutOfBounds
from iiifserver.outbound.services import ServiceField, check_service
from iiifserver.secrets import SecretField

from ..base import CacheUnavailable
from ..object_stores import ObjectStoreCache, ObjectStoreForm, ObjectStoreOptions, StoredObject

LIBRARY_MISSING = "The library for Azure is not installed: pip install 'iiifserver[azure]'."
CONNECTIONS = 20
IN_ONE_GO_BYTES = 2**30
"""A picture is never cut into several requests."""
NO_SUCH_PLACE = 416
"""The answer where the beginning of a blob is asked for that has no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureCacheOptions(ObjectStoreOptions):
    account_url: str
    container: str
    account_name: str = ""
    """With the key."""
    account_key: str = ""
    sas_token: str = ""
    """In place of name and key."""

    def __post_init__(self) -> None:
        ObjectStoreOptions.__post_init__(self)
        check_service(self.account_url)


class AzureCacheForm(ObjectStoreForm):
    account_url = ServiceField(
        label="Address of the account",
        help_text="Such as https://museum.blob.core.windows.net. Private networks are closed unless the settings open "
        "them (IIIFSERVER_PRIVATE_NETWORKS).",
    )
    container = forms.CharField(label="Container", max_length=63, help_text="It must exist.")
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
        help_text="A token that allows reading, writing, listing and deleting in the container, used in place of the "
        "key; may be env:NAME.",
    )

    field_order = ["account_url", "container", "account_name", "account_key", "sas_token"]


class AzureCache(ObjectStoreCache):
    """Keeps pictures as blobs of a container."""

    label = "AzureCache"
    used_for = "Many machines that share finished pictures for a long time. Put a memory or filesystem cache in front."
    secret_options = frozenset({"account_key", "sas_token"})
    options_class = AzureCacheOptions
    form_class = AzureCacheForm
    options: AzureCacheOptions

    @cached_property
    def container(self) -> Any:
        if not is_installed():
            raise CacheUnavailable(LIBRARY_MISSING)
        # Here, so that only servers with such a row load the library.
        import requests
        from azure.core.pipeline.transport import RequestsTransport
        from azure.storage.blob import BlobServiceClient

        from iiifserver.outbound.adapter import guarded

        options = self.options
        session = guarded(requests.Session(), CONNECTIONS)
        service = BlobServiceClient(
            options.account_url,
            credential=self._credential(),
            transport=RequestsTransport(session=session, session_owner=False, use_env_settings=False),
            connection_timeout=options.timeout_seconds,
            read_timeout=options.timeout_seconds,
            retry_total=0,
            max_single_get_size=IN_ONE_GO_BYTES,
            max_single_put_size=IN_ONE_GO_BYTES,
        )
        return service.get_container_client(options.container)

    def _credential(self) -> Any:
        options = self.options
        if options.sas_token:
            from azure.core.credentials import AzureSasCredential

            return AzureSasCredential(options.sas_token.removeprefix("?"))
        if options.account_key:
            return {"account_name": options.account_name, "account_key": options.account_key}
        return None

    def read_object(self, name: str, count: int | None = None) -> bytes | None:
        from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

        from iiifserver.outbound.adapter import closing_answers

        piece = {} if count is None else {"offset": 0, "length": count}
        try:
            with closing_answers():
                raw: bytes = self.container.download_blob(name, max_concurrency=1, **piece).readall()
        except ResourceNotFoundError as error:
            if getattr(error, "error_code", "") == "ContainerNotFound":
                raise
            return None
        except HttpResponseError as error:
            if error.status_code == NO_SUCH_PLACE:
                return b""
            raise
        return raw

    def write_object(self, name: str, raw: bytes) -> None:
        self.container.upload_blob(name, raw, overwrite=True, max_concurrency=1)

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        for found in self.container.list_blobs(name_starts_with=prefix):
            yield StoredObject(found.name, found.size, found.last_modified.timestamp())

    def remove_objects(self, names: list[str]) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        # One after the other: the service's way to remove many at once is not open to every token.
        for name in names:
            try:
                self.container.delete_blob(name)
            except ResourceNotFoundError:
                continue

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        if not is_installed():
            raise CacheUnavailable(LIBRARY_MISSING)
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            yield
        except HttpResponseError as error:
            raise CacheUnavailable(f"Azure refuses ({error.status_code or type(error).__name__}).") from error
        except OutOfBounds as error:
            raise CacheUnavailable(f"Azure may not be asked. {error}") from error
        except (AzureError, OSError, ValueError) as error:
            raise CacheUnavailable(f"Azure does not answer as it should ({type(error).__name__}).") from error

    def problems(self) -> Iterable[str]:
        return super().problems() if is_installed() else [LIBRARY_MISSING]


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    return find_spec("azure") is not None and find_spec("azure.storage") is not None
