"""Clients of S3, each for one account, that send everything over our own guarded connections."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from iiifserver.conf import conf
from iiifserver.iiif.errors import SourceNonsense, SourceUnavailable
from iiifserver.outbound.client import HttpClient
from iiifserver.outbound.signed import LeadsElsewhere, SaysTooMuch, sent

if TYPE_CHECKING:
    import boto3
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

STATIC, AMBIENT, ANONYMOUS = "static", "ambient", "anonymous"
MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom a bucket is asked."""

    endpoint: str
    region: str
    credentials: str
    access_key_id: str
    secret_access_key: str
    session_token: str = ""


def made_client(account: Account, addressing: str, profile: str, http: HttpClient) -> Any:
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
        s3={"addressing_style": addressing},  # type: ignore[arg-type]
        # Many services know no digests beside the bytes.
        request_checksum_calculation="when_required",
        # The digest of a whole object says nothing about a piece of it.
        response_checksum_validation="when_required",
    )
    try:
        is_ambient = account.credentials == AMBIENT
        session = boto3.Session(profile_name=profile or None) if is_ambient else session_of_all()
        # A session makes one client at a time.
        with MAKING:
            client = session.client(
                "s3",
                endpoint_url=account.endpoint or None,
                region_name=account.region or session.region_name or "us-east-1",
                config=config,
                **keys_of(account),
            )
    except (BotoCoreError, ValueError) as error:
        raise SourceUnavailable("This source is not set up properly.") from error
    client.meta.events.register("before-send.s3.*", lambda request, **_: answered(http, request))
    return client


@cache
def session_of_all() -> boto3.Session:
    """What the library knows of the service, read once; the keys are those of each client."""
    import boto3

    return boto3.Session()


def keys_of(account: Account) -> dict[str, Any]:
    if account.credentials != STATIC:
        return {}
    return {
        "aws_access_key_id": account.access_key_id,
        "aws_secret_access_key": account.secret_access_key,
        "aws_session_token": account.session_token or None,
    }


def answered(http: HttpClient, request: AWSPreparedRequest) -> AWSResponse:
    """The answer to a signed request, through connections that are guarded and bounded in time."""
    try:
        return sent(http, request)
    except LeadsElsewhere as error:
        raise SourceNonsense("The source leads to another service, which is not asked.") from error
    except SaysTooMuch as error:
        raise SourceNonsense("The source sent more than was asked for.") from error
