"""What is drawn in a place when it is a picture, wherever that comes from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass

from PIL import Image

from iiifserver.iiif.values import Extent

from .base import Answer
from .fields import check_number
from .placed import PERCENTS, PlacedOptions, PlacedOverlay
from .placement import share


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPictureOptions(PlacedOptions):
    width_percent: int | None = None
    """Of the output's width; `None` for the picture's own size."""

    def __post_init__(self) -> None:
        PlacedOptions.__post_init__(self)
        if self.width_percent is not None:
            check_number("width_percent", self.width_percent, PERCENTS)


class PlacedPicture(PlacedOverlay):
    """Draws a picture, in its own size or scaled with the output."""

    options: PlacedPictureOptions

    @abstractmethod
    def image(self) -> Image.Image | None:
        """The picture, RGBA; `None` while there is none, and once it was there, always the same."""

    def choose(self, field: Extent, answer: Answer) -> Extent | None:
        """The size to draw it in."""
        image = self.image()
        return None if image is None else self.scaled(Extent(*image.size), field)

    def scaled(self, own: Extent, field: Extent) -> Extent:
        """How large a picture of its own size is drawn on that field."""
        percent = self.options.width_percent
        return own if percent is None else share(own, percent, field, self.options.placing)

    def extent_of(self, choice: Hashable) -> Extent:
        assert isinstance(choice, Extent)  # noqa: S101 - it is what `choose` returned
        return choice

    def make(self, choice: Hashable, extent: Extent) -> Image.Image:
        image = self.image()
        assert image is not None  # noqa: S101 - `choose` had it, and it is never let go
        size = (extent.width, extent.height)
        return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
