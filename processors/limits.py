"""How much of an image may be decoded at all."""

from __future__ import annotations

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Extent

from .base import TOO_LARGE


def check_decodable(extent: Extent) -> None:
    """Raises `ImageTooLarge` for more pixels than the settings let any processor decode at once."""
    if extent.area > conf.max_decode_pixels:
        raise ImageTooLarge(TOO_LARGE)
