"""What the library for Google Cloud Storage raises, as errors of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceNonsense, SourceReplaced, SourceTooSlow

from .http_remote import TRY_AGAIN, http_errors
from .key_remote import PlaceMissing
from .remote import Interrupted

NO_BUCKET = "bucket does not exist"
"""What the service writes where it has neither the object nor its bucket; the code is the same for both."""


@contextmanager
def gcs_errors() -> Iterator[None]:
    """Turns what the library raises into errors of the tree."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException, Timeout

    from iiifserver.outbound.adapter import closing_answers

    with http_errors(), closing_answers():
        try:
            yield
        except GoogleAPICallError as error:
            lacks_bucket = NO_BUCKET in str(error.message)
            raise (PlaceMissing() if lacks_bucket else meaning_of(error.code or 0)) from error
        except GoogleAuthError as error:
            raise Forbidden("The source does not take the credentials of this server.") from error
        except Timeout as error:
            raise SourceTooSlow("The source takes too long to answer.") from error
        except RequestException as error:
            raise Interrupted("The source stopped in the middle of its answer.") from error


def meaning_of(status: int) -> IIIFError:
    """What an answer that is an error means."""
    if status == 404:
        return SourceMissing("There is no image with this identifier.")
    if status in {412, 416}:
        return SourceReplaced()
    if status in {401, 403}:
        return Forbidden("The source does not give this image out.")
    if status in TRY_AGAIN:
        return Interrupted("The source cannot answer at present.")
    return SourceNonsense("The source answered something that makes no sense.")
