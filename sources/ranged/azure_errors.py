"""What the library for Azure raises, as errors of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from iiifserver.iiif.errors import (
    Forbidden,
    IIIFError,
    SourceMissing,
    SourceNonsense,
    SourceReplaced,
    SourceTooSlow,
    SourceUnavailable,
)

from .http_remote import TRY_AGAIN, http_errors
from .key_remote import PlaceMissing
from .key_target import Conflict
from .remote import Interrupted

NO_CONTAINER = frozenset({"ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"})


@contextmanager
def azure_errors() -> Iterator[None]:
    """Turns what the library raises into errors of the tree."""
    from azure.core.exceptions import (
        AzureError,
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceRequestTimeoutError,
        ServiceResponseTimeoutError,
    )

    from iiifserver.outbound.adapter import closing_answers

    try:
        with http_errors(), closing_answers():
            yield
    except (ServiceRequestTimeoutError, ServiceResponseTimeoutError) as error:
        raise SourceTooSlow("The source takes too long to answer.") from error
    except ServiceRequestError as error:
        raise Interrupted("The source cannot be reached.") from error
    except ClientAuthenticationError as error:
        # Without a status it is the machine itself that was given no token.
        without = SourceUnavailable("This source has no credentials.")
        raise (meaning_of(error.status_code) if error.status_code else without) from error
    except HttpResponseError as error:
        lacks_container = getattr(error, "error_code", "") in NO_CONTAINER
        raise (PlaceMissing() if lacks_container else meaning_of(error.status_code or 0)) from error
    except (AzureError, ValueError) as error:
        raise Interrupted("The source stopped in the middle of its answer.") from error


def meaning_of(status: int) -> IIIFError:
    """What an answer that is an error means."""
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status == 409:
        return Conflict()
    if status in {412, 416}:
        return SourceReplaced()
    if status in {401, 403}:
        return Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        return Interrupted("The source cannot answer at present.")
    return SourceNonsense("The source answered something that makes no sense.")
