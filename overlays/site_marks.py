"""Marks without a row: those that the site's own code wishes drawn on one answer.

A wish has the keys of `iiifserver.delegates.TextOverlay` or `PictureOverlay`. What is made of it is drawn, remembered
and told apart like the marks of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.values import Extent

from .backends.text import TextOptions, TextOverlay
from .base import fingerprint_of
from .fields import check_text
from .pictures import PictureError
from .placed_picture import PlacedPicture, PlacedPictureOptions
from .placement import Position, room
from .site_pictures import SitePicture, site_pictures
from .weights import weight_of_share

LONGEST_PLACE = 4000
MOST_TEXTS = 256
"""How many texts are remembered with what they measure."""
SCALED = "scaled"
"""The position of a picture that fills the output as far as the insets let it."""

PLACED = ("position", "left_percent", "top_percent", "inset", "anchor", "spacing", "angle", "opacity_percent")
PLACED_NAMES = dict(zip(PLACED, PLACED, strict=True))
TEXT_NAMES: Mapping[str, str] = MappingProxyType(
    PLACED_NAMES
    | {
        "string": "text",
        "color": "colour",
        "font": "font",
        "font_size": "size",
        "font_min_size": "minimum_size",
        "font_weight": "weight",
        "word_wrap": "wraps",
        "glyph_spacing": "letter_spacing",
        "stroke_color": "stroke_colour",
        "stroke_width": "stroke_width",
        "background_color": "background",
        "padding": "padding",
    }
)
PICTURE_NAMES: Mapping[str, str] = MappingProxyType(PLACED_NAMES | {"image": "image", "width_percent": "width_percent"})
"""From the keys of a wish to the options of ours that they are."""

USUAL = TextOptions(text="A")
"""What is not said."""

Mark = TextOverlay | PlacedPicture


def site_mark(wish: Mapping[str, Any]) -> Mark:
    """What is drawn; raises `BackendError` with a sentence for the site's developer."""
    is_text = "string" in wish
    if is_text == ("image" in wish):
        raise BackendError("An overlay has either a string or an image.")
    names = TEXT_NAMES if is_text else PICTURE_NAMES
    if unknown := sorted(map(str, wish.keys() - names.keys())):
        raise BackendError(f"An overlay of this kind has no “{unknown[0]}”; it may have {', '.join(names)}.")
    options = {names[key]: meaning(key, value) for key, value in wish.items() if value is not None}
    return text_mark(options) if is_text else picture_mark(options)


def meaning(key: str, value: Any) -> Any:
    """The value as our option says it; one of another type is left to whoever checks the option."""
    return MEANINGS[key](value) if key in MEANINGS else value


def position_of(value: Any) -> Any:
    """The words of a position may stand in either order, in whatever case."""
    words = sorted(value.lower().split()) if isinstance(value, str) else []
    return next((position.value for position in Position if sorted(position.value.split()) == words), value)


def whole_pixels(value: Any) -> Any:
    return math.floor(value + 0.5) if isinstance(value, float) and math.isfinite(value) else value


def percent_of(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return math.floor(value * 100 + 0.5) if is_number else value


def weight_of(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return weight_of_share(value) if is_number else value


MEANINGS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "position": position_of,
        "stroke_width": whole_pixels,
        "glyph_spacing": percent_of,
        "font_weight": weight_of,
    }
)


def text_mark(options: dict[str, Any]) -> SiteText:
    size = options.get("size")
    if "minimum_size" not in options and isinstance(size, int):
        options["minimum_size"] = min(size, USUAL.minimum_size)
    try:
        return remembered_text(tuple(sorted(options.items())))
    except TypeError as error:
        raise BackendError("The values of an overlay are texts and numbers.") from error


@lru_cache(maxsize=MOST_TEXTS)
def remembered_text(options: tuple[tuple[str, Any], ...]) -> SiteText:
    return SiteText.build(dict(options))


class SiteText(TextOverlay):
    """A text as it stands: braces in it stand for nothing."""

    def __init__(self, options: TextOptions) -> None:
        super().__init__(options)
        self.is_template = False
        self.words = frozenset()
        self.field_names = frozenset()
        self.depends_on_visitor = self.depends_on_day = False


def picture_mark(options: dict[str, Any]) -> SitePictureOverlay:
    if options.get("position") == SCALED:
        options |= {"position": Position.CENTER.value, "fills": True}
    return SitePictureOverlay.build(options)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePictureOptions(PlacedPictureOptions):
    image: str
    """The whole path of a file, or an address."""
    fills: bool = False
    """Whether it is as large as there is room, in proportion, be that larger than it is."""

    def __post_init__(self) -> None:
        PlacedPictureOptions.__post_init__(self)
        check_text("image", self.image, LONGEST_PLACE)


class SitePictureOverlay(PlacedPicture):
    """A picture that need not be in the storage."""

    label = "Picture of the delegate"
    used_for = "What the site's delegate draws."
    options_class = SitePictureOptions
    options: SitePictureOptions

    def __init__(self, options: SitePictureOptions) -> None:
        super().__init__(options)
        self._picture = read_picture(options.image)
        self.fingerprint = fingerprint_of("picture of the delegate", options, self._picture.digest)

    def image(self) -> Image.Image:
        return self._picture.image

    def scaled(self, own: Extent, field: Extent) -> Extent:
        return filling(own, room(field, self.options.placing)) if self.options.fills else super().scaled(own, field)


def filling(own: Extent, space: Extent) -> Extent:
    """The largest extent of the same proportions that fits into the space."""
    factor = min(space.width / own.width, space.height / own.height)
    return Extent(max(1, math.floor(own.width * factor + 0.5)), max(1, math.floor(own.height * factor + 0.5)))


def read_picture(place: str) -> SitePicture:
    """The picture there; raises `BackendError`."""
    try:
        return site_pictures.get(place)
    except PictureError as error:
        raise BackendError(str(error)) from error
