"""Marks that are ready to be drawn, and the memory of those that were drawn before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache
from PIL import Image, ImageChops

from iiifserver.iiif.values import Box, Extent, Quality

from .placement import Placing, pattern, repeated

GRAY_MODES = frozenset({"L", "LA"})
BITONAL_THRESHOLD = 128
"""The same as for the picture under the mark."""
MOST_PIXELS_KEPT = 4_000_000
"""Of all marks of a process together: a pixel takes six bytes."""
PIXELS_OF_ANY = 1_000
"""What the smallest mark counts, so that the number of marks is bounded too."""


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A picture to be drawn on others, split into what drawing needs. Never changed: threads share it."""

    colour: Image.Image
    gray: Image.Image
    mask: Image.Image
    """How much each pixel covers what is below."""
    is_neutral: bool
    """Whether nothing that shows has a colour."""

    @property
    def extent(self) -> Extent:
        return Extent(*self.mask.size)


def mark_of(image: Image.Image, opacity_percent: int) -> Mark:
    """The RGBA picture as a mark that covers to that share."""
    mask = image.getchannel("A").point(lambda value: value * opacity_percent // 100)
    colour = image.convert("RGB")
    return Mark(colour, colour.convert("L"), mask, is_neutral(colour, mask))


def is_neutral(colour: Image.Image, mask: Image.Image) -> bool:
    shows = mask.point(lambda value: 255 if value else 0)
    red, green, blue = Image.composite(colour, Image.new("RGB", colour.size), shows).split()
    return not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))


def laid_out(image: Image.Image, placing: Placing) -> Image.Image:
    """The picture as it is placed: several times beside each other when it repeats, else as it is."""
    extent = Extent(*image.size)
    whole = pattern(extent, placing.spacing)
    if not placing.repeats or whole == extent:
        return image
    canvas = Image.new("RGBA", (whole.width, whole.height))
    for box in repeated(extent, whole, placing.spacing):
        canvas.paste(image, (box.x, box.y))
    return canvas


def drawn(image: Image.Image, mark: Mark, boxes: tuple[Box, ...], quality: Quality) -> Image.Image:
    """The picture with the mark in all these places; see `Overlay.draw` for modes and qualities."""
    is_gray = quality in {Quality.GRAY, Quality.BITONAL} or mark.is_neutral
    if image.mode in GRAY_MODES and not is_gray:
        image = image.convert("RGB" if image.mode == "L" else "RGBA")
    result = composited(image, mark, boxes) if image.mode in {"LA", "RGBA"} else pasted(image, mark, boxes)
    if quality is Quality.BITONAL:
        return result.point(lambda value: 255 if value >= BITONAL_THRESHOLD else 0)
    return result


def pasted(image: Image.Image, mark: Mark, boxes: tuple[Box, ...]) -> Image.Image:
    stamp = mark.gray if image.mode == "L" else mark.colour
    for box in boxes:
        image.paste(stamp, (box.x, box.y), mark.mask)
    return image


def composited(image: Image.Image, mark: Mark, boxes: tuple[Box, ...]) -> Image.Image:
    """For pictures with alpha: where they are transparent, the mark shows by itself."""
    canvas = image if image.mode == "RGBA" else image.convert("RGBA")
    stamp = (mark.gray if image.mode == "LA" else mark.colour).convert("RGBA")
    stamp.putalpha(mark.mask)
    for box in boxes:
        hidden = max(0, -box.x), max(0, -box.y)
        if hidden[0] < box.width and hidden[1] < box.height:
            canvas.alpha_composite(stamp, (max(0, box.x), max(0, box.y)), hidden)
    return canvas if image.mode == "RGBA" else canvas.convert("LA")


class MarkMemory:
    """Marks that were made before, as many as the bound allows; the ones not used longest go first."""

    def __init__(self, most_pixels: int) -> None:
        self._lock = threading.Lock()
        self._marks: LRUCache[Hashable, Mark] = LRUCache(most_pixels, getsizeof=pixels_counted)

    def get(self, key: Hashable, make: Callable[[], Mark]) -> Mark:
        """The mark of this key, made if need be. Threads that miss at once may each make it; the marks are equal."""
        with self._lock:
            mark = self._marks.get(key)
        if mark is not None:
            return mark
        mark = make()
        if pixels_counted(mark) <= self._marks.maxsize:
            with self._lock:
                self._marks[key] = mark
        return mark


def pixels_counted(mark: Mark) -> int:
    return mark.extent.area + PIXELS_OF_ANY


memory: Final = MarkMemory(MOST_PIXELS_KEPT)
