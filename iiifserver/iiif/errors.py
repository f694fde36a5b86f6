"""Everything that can go wrong with a request, as one tree.

The message of every error is a short plain sentence for the person who sent the request: it says what to change and
never names a local path, a secret or a line of code. One table in `images.responses` turns types into HTTP statuses.
"""

from __future__ import annotations

from fractions import Fraction


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

    def __init__(self, sentence: str, *, challenge: str = "") -> None:
        super().__init__(sentence)
        self.challenge = challenge
        """The value of WWW-Authenticate; empty where there is none."""


class Forbidden(IIIFError):
    """The visitor may not see this image, or its source refuses to give it out."""


class Refused(IIIFError):
    """The site's delegate refuses, with a status of its own."""

    def __init__(self, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Elsewhere(Refused):
    """The site's delegate sends the visitor to another address."""

    def __init__(self, sentence: str, *, status: int, location: str) -> None:
        super().__init__(sentence, status=status)
        self.location = location


class ReducedOnly(Refused):
    """The site's delegate gives the visitor the image at a lower scale alone."""

    def __init__(self, sentence: str, *, status: int, scale: Fraction) -> None:
        super().__init__(sentence, status=status)
        self.scale = scale


class NotFound(IIIFError):
    """There is nothing at this address."""


class SourceMissing(NotFound):
    """No source has an image with this identifier."""


class ConditionNotMet(IIIFError):
    """The answer was wanted on a condition that does not hold (RFC 9110, 15.5.13)."""


class AlreadyThere(IIIFError):
    """Something is at the place where an image was to be put."""


class EndpointDisabled(NotFound):
    """This version of the Image API is switched off."""


class ImageTooLarge(IIIFError):
    """The image has more pixels than the server may ever decode."""


class FeatureMissing(IIIFError):
    """A valid IIIF request for something that this server does not do."""


class Unreadable(IIIFError):
    """The source has the file, but it is damaged or of a kind that no processor reads."""


class DecoderCrashed(Unreadable):
    """The file has ended a process that was decoding it, and is not tried again."""


class DecodingTooSlow(IIIFError):
    """The file took longer to decode than it may, and is not tried again for the time being."""


class SourceNonsense(IIIFError):
    """The source answered something that makes no sense."""


class TryAgainLater(IIIFError):
    """The same request may well work a little later."""

    retry_after_seconds = 30


class SourceUnavailable(TryAgainLater):
    """The source cannot be reached, or is not set up."""


class SourceReplaced(SourceUnavailable):
    """The image is no longer the one that was found: there is another one by now, or none."""

    retry_after_seconds = 1

    def __init__(self) -> None:
        super().__init__("This image has just been replaced. Ask again.")


class DelegateUnavailable(TryAgainLater):
    """The site's delegate cannot be asked, failed, took too long, or answered what makes no sense."""


class Overloaded(TryAgainLater):
    """The server has more work than it can take on."""

    retry_after_seconds = 5


class SourceTooSlow(IIIFError):
    """The source did not answer in time."""
