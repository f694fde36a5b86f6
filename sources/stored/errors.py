"""What a storage raises, as errors of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import SuspiciousOperation

from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceUnavailable


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turns whatever a storage raises into an error of the tree."""
    try:
        yield
    except IIIFError:
        raise
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, SuspiciousOperation) as error:
        raise SourceMissing("There is no image with this identifier.") from error
    except PermissionError as error:
        raise Forbidden("The source does not give this image out.") from error
    except Exception as error:
        # Each storage has errors of its own, which share no base.
        raise meaning_of(error) from error


def meaning_of(error: Exception) -> IIIFError:
    """What a storage's own error means, by the HTTP status in it; storages share no other sign."""
    status = status_in(error)
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status in {401, 403}:
        return Forbidden("The source does not give this image out.")
    return SourceUnavailable("The storage of this source does not answer.")


def status_in(error: Exception) -> int | None:
    """The HTTP status in an error of boto3, azure-core or google-api-core."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        status: int | None = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status
    return getattr(error, "status_code", None) or getattr(error, "code", None)
