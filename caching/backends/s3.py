"""Finished pictures in a bucket of S3, or of a store that speaks like it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms

from iiifserver.outbound.client import ClientSettings, HttpClient, HTTPError
from iiifserver.outbound.fence import OutOfBounds
from iiifserver.outbound.services import ServiceField, check_ambient, check_service
from iiifserver.outbound.signed import MESSAGE_BYTES, LeadsElsewhere, SaysTooMuch, sent
from iiifserver.secrets import SecretField

from ..base import CacheUnavailable
from ..object_stores import ObjectStoreCache, ObjectStoreForm, ObjectStoreOptions, StoredObject

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

CONNECTIONS = 20
MISSING = frozenset({"NoSuchKey", "404"})
EMPTY = "InvalidRange"
"""The answer where the beginning of an object is asked for that has no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3CacheOptions(ObjectStoreOptions):
    bucket: str
    endpoint: str = ""
    """Empty for Amazon's own."""
    region: str = ""
    access_key_id: str = ""
    secret_key: str = ""
    """With the id; both empty: what the machine or its environment has."""

    def __post_init__(self) -> None:
        ObjectStoreOptions.__post_init__(self)
        if self.endpoint:
            check_service(self.endpoint)
        if not self.access_key_id:
            check_ambient()


class S3CacheForm(ObjectStoreForm):
    bucket = forms.CharField(
        label="Bucket", max_length=63, help_text="It must exist.", widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    endpoint = ServiceField(
        label="Endpoint",
        required=False,
        help_text="Such as https://s3.example.org or http://minio:9000. Empty for Amazon's own. Private networks are "
        "closed unless the settings open them (IIIFSERVER_PRIVATE_NETWORKS).",
    )
    region = forms.CharField(label="Region", required=False, max_length=50, help_text="Such as eu-central-1.")
    access_key_id = forms.CharField(
        label="Access key id",
        required=False,
        max_length=200,
        help_text="Empty together with the secret key: the keys that the machine itself has, where the settings allow "
        "it (AMBIENT_CREDENTIALS).",
    )
    secret_key = SecretField(label="Secret key", required=False)

    field_order = ["bucket", "endpoint", "region", "access_key_id", "secret_key"]


class S3Cache(ObjectStoreCache):
    """Keeps pictures as objects of a bucket."""

    label = "S3Cache"
    used_for = "Many machines that share finished pictures for a long time. Put a memory or filesystem cache in front."
    secret_options = frozenset({"secret_key"})
    options_class = S3CacheOptions
    form_class = S3CacheForm
    options: S3CacheOptions

    @cached_property
    def client(self) -> Any:
        # Here, so that only servers with such a row load the library.
        import boto3
        from botocore.config import Config

        options = self.options
        config = Config(
            retries={"total_max_attempts": 2},
            # Stores beside Amazon's do not know its newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        http = HttpClient(
            ClientSettings(
                connect_seconds=options.timeout_seconds,
                read_seconds=options.timeout_seconds,
                connections=CONNECTIONS,
            )
        )
        session = boto3.session.Session(
            aws_access_key_id=options.access_key_id or None,
            aws_secret_access_key=options.secret_key or None,
            region_name=options.region or None,
        )
        client = session.client("s3", endpoint_url=options.endpoint or None, config=config)
        most_bytes = MESSAGE_BYTES + options.largest_bytes
        client.meta.events.register("before-send.s3.*", lambda request, **_: answered(http, request, most_bytes))
        return client

    def read_object(self, name: str, count: int | None = None) -> bytes | None:
        from botocore.exceptions import ClientError

        piece = {} if count is None else {"Range": f"bytes=0-{count - 1}"}
        try:
            raw: bytes = self.client.get_object(Bucket=self.options.bucket, Key=name, **piece)["Body"].read()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code in MISSING:
                return None
            if code == EMPTY:
                return b""
            raise
        except SaysTooMuch:
            # Larger than anything that is kept at present: kept under other settings, or not by us.
            return None
        return raw

    def write_object(self, name: str, raw: bytes) -> None:
        self.client.put_object(Bucket=self.options.bucket, Key=name, Body=raw)

    def objects(self, prefix: str) -> Iterator[StoredObject]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.options.bucket, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", []):
                yield StoredObject(found["Key"], found["Size"], found["LastModified"].timestamp())

    def remove_objects(self, names: list[str]) -> None:
        answer = self.client.delete_objects(
            Bucket=self.options.bucket, Delete={"Objects": [{"Key": name} for name in names], "Quiet": True}
        )
        if answer.get("Errors"):
            raise CacheUnavailable("S3 refuses to remove pictures.")

    @contextmanager
    def store_errors(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "error")
            raise CacheUnavailable(f"S3 refuses ({code}).") from error
        except OutOfBounds as error:
            raise CacheUnavailable(f"S3 may not be asked. {error}") from error
        except (BotoCoreError, HTTPClientError, HTTPError, LeadsElsewhere, OSError, ValueError) as error:
            raise CacheUnavailable(f"S3 does not answer as it should ({type(error).__name__}).") from error


def answered(http: HttpClient, request: AWSPreparedRequest, most_bytes: int) -> AWSResponse:
    """The answer to a signed request; a connection that broke is told in a way that botocore tries once more."""
    from botocore.exceptions import ConnectionClosedError
    from urllib3.exceptions import ProtocolError

    try:
        return sent(http, request, most_bytes)
    except ProtocolError as error:
        raise ConnectionClosedError(error=error, endpoint_url=request.url) from error
