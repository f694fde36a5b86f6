"""What an overlay is. Free of Django at run time."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from typing import ClassVar

from PIL import Image

from iiifserver.backend import Backend
from iiifserver.iiif.values import Quality


class Overlay(Backend, ABC):
    """Draws on finished pictures: after rotation and quality, before they are encoded. Used by many threads at once."""

    protects: ClassVar[bool] = False
    """Whether what it applies to may not be shown without it: then an overlay that cannot work closes it."""
    fingerprint: str
    """Differs whenever what is drawn differs: by the options, and by the bytes of pictures and fonts."""

    def is_ready(self) -> bool:
        """Whether it can be drawn now. Asked once for each picture, before the fingerprint is used."""
        return True

    @abstractmethod
    def draw(self, image: Image.Image, quality: Quality) -> Image.Image:
        """The picture with the overlay: the given one, drawn on, or another in a mode that can hold the colours.

        The picture is L, LA, RGB or RGBA. In the qualities gray and bitonal it stays what it is: colours become gray,
        and in bitonal black or white. A picture that happens to be gray in another quality turns to colour when
        something coloured is drawn.
        """


def fingerprint_of(*parts: object) -> str:
    """32 hexadecimal digits that differ when any part is written differently."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
