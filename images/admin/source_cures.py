"""What staff can do about a failure: a sentence for each kind, and what the machine said beneath it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping

from iiifserver.iiif import errors
from iiifserver.outbound.fence import OutOfBounds

CURES: Mapping[type[errors.IIIFError], str] = {
    errors.BadRequest: "Type the identifier differently, or another page.",
    errors.SignInNeeded: "The rules of access want an account that may see this image: sign in with one.",
    errors.Forbidden: "Let the server read it: look at the permissions of the file or the object, and at the account "
    "with which this source signs in.",
    errors.Refused: "The site's delegate refuses. Its own code says why.",
    errors.NotFound: "Look whether there is something of this name: capital letters and endings count.",
    errors.ImageTooLarge: "Make a tiled pyramid of the image, or have the person who runs the server raise "
    "IIIFSERVER_MAX_DECODE_PIXELS.",
    errors.FeatureMissing: "Look under Processors → Formats for what is missing.",
    errors.Unreadable: "See whether another program opens the file. If it does, look under Processors → Formats for "
    "what reads its kind.",
    errors.DecoderCrashed: "Replace the file, or clear it under Processors → Files that failed to have it tried again.",
    errors.DecodingTooSlow: "Have a working copy made with manage.py iiif_copies --identifier: the image is then read "
    "from there. Or make a tiled pyramid of it, or raise the limits under Processors → Time limits; then clear it "
    "under Processors → Files that failed.",
    errors.SourceNonsense: "Look at what the address of this source answers: it may be a page for people, or a server "
    "that knows no ranges.",
    errors.SourceUnavailable: "See that the place is there and can be reached from this machine; then look at the "
    "address, the keys and the proxy of this source.",
    errors.SourceTooSlow: "See why the place is slow, or give it more time with the time limits of this source.",
    errors.DelegateUnavailable: "Look at the log of the server for what the site's delegate did wrong.",
    errors.TryAgainLater: "Try again in a moment; Status tells what the server is busy with.",
}
"""From an error to its cure; a type that is not listed has the cure of its parent."""


def cure_for(error: errors.IIIFError) -> str:
    return next((CURES[kind] for kind in type(error).__mro__ if kind in CURES), "Look at the log of the server.")


def reason_beneath(error: BaseException) -> str:
    """What the system said, in its own words; empty where that may hold an address or a secret."""
    return next((words for one in causes(error) if (words := plain_words(one))), "")


def causes(error: BaseException) -> Iterator[BaseException]:
    """What led to the error, the nearest first; urllib3 keeps it in `reason`."""
    seen = {id(error)}
    waiting = [error]
    while waiting:
        one = waiting.pop()
        for cause in (one.__cause__, one.__context__, getattr(one, "reason", None)):
            if isinstance(cause, BaseException) and id(cause) not in seen:
                seen.add(id(cause))
                waiting.append(cause)
                yield cause


def plain_words(error: BaseException) -> str:
    if isinstance(error, OutOfBounds):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and isinstance(error.errno, int) and error.errno > 0:
        return os.strerror(error.errno)
    return ""
