"""Everything that can go wrong with a request, as one tree.

The message of every error is a short plain sentence for the person who sent the request: it says what to change and
never names a local path, a secret or a line of code. One table in `images.responses` turns types into HTTP statuses.
"""

from __future__ import annotations


class IIIFError(Exception):
    """The base of the tree: an answer that is not an image."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadRequest(IIIFError):
    """The request cannot be honoured as written: syntax, a value out of range, or a size above the limits."""


class UriTooLong(BadRequest):
    """The request path is longer than the server reads."""


class UnsupportedFormat(BadRequest):
    """A format that is not made, where the standard has a status of its own for that (Image API 1.1, 6)."""


class SignInNeeded(IIIFError):
    """The visitor may see this image after signing in."""


class Forbidden(IIIFError):
    """The visitor may not see this image, or its source refuses to give it out."""


class NotFound(IIIFError):
    """There is nothing at this address."""


class SourceMissing(NotFound):
    """No source has an image with this identifier."""


class EndpointDisabled(NotFound):
    """This version of the Image API is switched off."""


class ImageTooLarge(IIIFError):
    """The image has more pixels than the server may ever decode."""


class FeatureMissing(IIIFError):
    """A valid IIIF request for something that this server does not do."""


class Unreadable(IIIFError):
    """The source has the file, but it is damaged or of a kind that no processor reads."""


class SourceNonsense(IIIFError):
    """The source answered something that makes no sense."""


class TryAgainLater(IIIFError):
    """The same request may well work a little later."""

    retry_after_seconds = 30


class SourceUnavailable(TryAgainLater):
    """The source cannot be reached, or is not set up."""


class Overloaded(TryAgainLater):
    """The server has more work than it can take on."""

    retry_after_seconds = 5


class SourceTooSlow(IIIFError):
    """The source did not answer in time."""
