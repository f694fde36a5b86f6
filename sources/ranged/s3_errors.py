"""What the client of S3 raises, as errors of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from iiifserver.iiif.errors import (
    Forbidden,
    IIIFError,
    SourceMissing,
    SourceNonsense,
    SourceReplaced,
    SourceUnavailable,
)

from .http_remote import TRY_AGAIN, http_errors
from .key_remote import PlaceMissing
from .key_target import Conflict
from .remote import Interrupted


class EmptyObject(SourceNonsense):
    """There is no first byte to give."""


class Unknown(SourceNonsense):
    """The service does not do all that Amazon's does."""


@contextmanager
def missing_is_replaced() -> Iterator[None]:
    try:
        yield
    except (SourceMissing, EmptyObject) as error:
        raise SourceReplaced from error


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
    if code == "NoSuchBucket":
        return PlaceMissing()
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status == 412:
        return SourceReplaced()
    if status == 409:
        return Conflict()
    if status == 416:
        return EmptyObject("The object is empty.")
    if status == 501:
        return Unknown("The service does not know what it is asked for.")
    if status in {401, 403} or code in {"ExpiredToken", "InvalidToken"}:
        return Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        return Interrupted("The source cannot answer at present.")
    return SourceNonsense("The source answered something that makes no sense.")
