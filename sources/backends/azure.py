"""Images in a container of Azure Blob Storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.outbound.deadlines import time_limit
from iiifserver.outbound.fence import OutOfBounds, current_fence
from iiifserver.secrets import SecretField

from ..base import FolderEntry, Place
from ..ranged.form import RemoteForm
from ..ranged.http_remote import TRY_AGAIN, http_errors
from ..ranged.key_remote import KeyRemote
from ..ranged.listing import first_entries
from ..ranged.names import is_key
from ..ranged.remote import Interrupted, Remote, Replaced, State
from ..ranged.source import RemoteOptions, RemoteSource
from ..ranged.spans import Span

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, ContainerClient

LIBRARY_MISSING = "The library for Azure is not installed: pip install 'iiifserver[azure]'."
IN_ONE_GO_BYTES = 2**31
"""A piece is never cut into several requests."""
MOST_AT_ONCE = 5000
"""What the store lists at once at most."""

TEXTS = ("account_url", "container", "account_name", "account_key", "sas_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureOptions(RemoteOptions):
    account_url: str
    container: str
    account_name: str = ""
    account_key: str = ""
    sas_token: str = ""

    def __post_init__(self) -> None:
        RemoteOptions.__post_init__(self)
        if not all(isinstance(getattr(self, name), str) for name in TEXTS):
            raise TypeError("The address, the container and the credentials are texts.")
        check_account_url(self.account_url)


class AzureForm(RemoteForm):
    account_url = forms.CharField(
        label="Address of the account",
        help_text="Such as https://museum.blob.core.windows.net.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
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
    field_order = ["account_url", "container", "account_name", "account_key", "sas_token"]

    def clean_account_url(self) -> str:
        account_url: str = self.cleaned_data["account_url"]
        try:
            check_account_url(account_url)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return account_url


class AzureSource(RemoteSource):
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
        return AzureRemote(blob, self.options.account_url, "\0".join((self.options.account_url, container, name)))

    def _at_url(self, url: str) -> Remote:
        """The blob of an address that carries its own signature; our keys are not for it."""
        from azure.storage.blob import BlobClient

        try:
            current_fence().check(url)
            blob = BlobClient.from_blob_url(url, **self._client_settings)
        except (OutOfBounds, ValueError) as error:
            raise SourceUnavailable("The source leads to a place that this server may not ask.") from error
        return AzureRemote(blob, urlsplit(url).netloc, url)

    @cached_property
    def _service(self) -> Any:
        if not is_installed():
            raise SourceUnavailable("A library that this source needs is not installed.")
        # Here, so that only servers with such a row load the library.
        from azure.storage.blob import BlobServiceClient

        try:
            return BlobServiceClient(self.options.account_url, credential=self._credential(), **self._client_settings)
        except ValueError as error:
            raise SourceUnavailable("This source is not set up properly.") from error

    def _credential(self) -> Any:
        own = self.options
        if own.sas_token:
            from azure.core.credentials import AzureSasCredential

            return AzureSasCredential(own.sas_token.removeprefix("?"))
        if own.account_key:
            return {"account_name": own.account_name, "account_key": own.account_key}
        return None

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

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """In the order of this store: by the letters of their names, a folder's with its slash."""
        if folder and not is_key(folder):
            return None
        prefix = f"{folder}/" if folder else ""
        container = self._service.get_container_client(self.options.container)
        with self.breaker.watching(self.options.account_url), time_limit(self.options.whole_seconds):
            return self.patience.try_out(lambda: entries_below(container, prefix, after, limit))

    def problems(self) -> Iterable[str]:
        if not is_installed():
            yield LIBRARY_MISSING
        try:
            check_account_url(self.options.account_url)
        except ValueError as error:
            yield f"{error} Change the address of the account, or the settings."


def entries_below(container: ContainerClient, prefix: str, after: str, limit: int) -> list[FolderEntry] | None:
    """One page of a folder; `None` when nothing has a name that begins like that."""
    behind = f"{prefix}{after}" if after else ""
    with azure_errors():
        if after and any(any(page) for page in names_in(container, f"{behind}/", "", 1)):
            behind += "/"
        found = first_entries(names_in(container, prefix, behind, limit + 1), prefix, behind, limit)
    return found if found or after or not prefix else None


def names_in(container: ContainerClient, prefix: str, start: str, at_once: int) -> Iterator[list[str]]:
    """What begins like that, from a name on, in pages of so many: blobs, and folders with their slash."""
    size = min(at_once, MOST_AT_ONCE)
    listed = container.walk_blobs(prefix or None, delimiter="/", start_from=start or None, results_per_page=size)
    for page in listed.by_page():
        yield [str(item.name) for item in page]


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
        except Replaced:
            return self._empty_state(), b""

    def _empty_state(self) -> State:
        """Of a blob of which no first byte can be given; raises `SourceNonsense` when there is one."""
        with azure_errors():
            properties = self._blob.get_blob_properties()
        if properties.size:
            raise SourceNonsense("The source does not give out the beginning of this image.")
        return State(size=0, tag=properties.etag, modified=properties.last_modified)

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
            raise Replaced from error
        if not state.is_same_as(state_of(download)):
            raise Replaced
        if len(content) != span.length:
            raise SourceNonsense("The source sent another piece of the image than was asked for.")
        return content


def is_installed() -> bool:
    # The package that a part belongs to is looked for first, or looking for the part fails.
    return find_spec("azure") is not None and find_spec("azure.storage") is not None


def state_of(download: Any) -> State:
    properties = download.properties
    # The properties' own size is that of the piece.
    size = properties.content_range.rpartition("/")[2]
    return State(size=int(size), tag=properties.etag, modified=properties.last_modified)


def check_account_url(url: str) -> None:
    """Raises `ValueError` with a sentence when the service may not be asked."""
    try:
        parts = current_fence().check(url)
    except OutOfBounds as error:
        raise ValueError(str(error)) from error
    if parts.query or parts.username or parts.password:
        raise ValueError("Write the credentials into their own fields, where they are encrypted, not into the address.")


@contextmanager
def azure_errors() -> Iterator[None]:
    """Turns what the library raises into errors of the tree."""
    from azure.core.exceptions import (
        AzureError,
        HttpResponseError,
        ServiceRequestError,
        ServiceRequestTimeoutError,
        ServiceResponseTimeoutError,
    )

    try:
        with http_errors():
            yield
    except (ServiceRequestTimeoutError, ServiceResponseTimeoutError) as error:
        raise SourceTooSlow("The source takes too long to answer.") from error
    except ServiceRequestError as error:
        raise Interrupted("The source cannot be reached.") from error
    except HttpResponseError as error:
        raise meaning_of(error.status_code or 0) from error
    except (AzureError, ValueError) as error:
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
