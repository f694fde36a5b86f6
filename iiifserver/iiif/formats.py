"""The image formats that a request can name, and the few facts about each that geometry and headers need."""

from __future__ import annotations

import enum


class Format(enum.Enum):
    """An output format. The value is the extension that stands in the URL."""

    JPG = "jpg"
    PNG = "png"
    GIF = "gif"
    TIF = "tif"
    WEBP = "webp"
    AVIF = "avif"

    @property
    def extension(self) -> str:
        return self.value

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]

    @property
    def has_alpha(self) -> bool:
        """Whether pixels can be transparent."""
        return self is not Format.JPG

    @property
    def max_edge(self) -> int | None:
        """The longest edge in pixels that the format can store; `None` where no image served comes near it."""
        return MAX_EDGES.get(self)


MEDIA_TYPES = {
    Format.JPG: "image/jpeg",
    Format.PNG: "image/png",
    Format.GIF: "image/gif",
    Format.TIF: "image/tiff",
    Format.WEBP: "image/webp",
    Format.AVIF: "image/avif",
}

MAX_EDGES = {
    Format.JPG: 65_535,
    Format.GIF: 65_535,
    Format.WEBP: 16_383,
    Format.AVIF: 65_536,
}
