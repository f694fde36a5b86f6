"""What all kinds share that draw one mark in a place: options, form and the way of drawing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from django import forms
from PIL import Image

from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.values import Box, Extent, Rotation

from .anchored import LARGEST_WHOLE, glimpse_of, part_of, scaled_spacing, spots, turned_with
from .base import Answer, Overlay
from .fields import check_number, check_share, number_field
from .marks import Mark, drawn, laid_out, mark_of, memory
from .placement import Placing, Position, places

DISTANCES = range(0, 10_001)
PERCENTS = range(1, 101)
ANGLES = range(0, 360)
LARGEST_MADE = Extent(2000, 2000)
"""Beyond that a mark that shows only in part is stretched."""
ANCHORS = {
    "output": "the answer: every answer has it in this place, each tile too",
    "image": "the image: it goes with it, and lines up over the tiles of a viewer",
}

POSITIONS = [(position.value, position.value.capitalize()) for position in Position]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOptions:
    position: str = Position.BOTTOM_RIGHT.value
    anchor: str = "output"
    inset: int = 10
    left_percent: float | None = None
    top_percent: float | None = None
    spacing: int = 40
    angle: int = 0
    """Degrees clockwise by which the mark itself is turned."""
    opacity_percent: int = 100

    def __post_init__(self) -> None:
        if self.position not in dict(POSITIONS):
            raise ValueError(f"There is no position “{self.position}”.")
        if self.anchor not in ANCHORS:
            raise ValueError(f"There is no anchor “{self.anchor}”.")
        check_number("inset", self.inset, DISTANCES)
        check_number("spacing", self.spacing, DISTANCES)
        check_number("angle", self.angle, ANGLES)
        check_number("opacity_percent", self.opacity_percent, PERCENTS)
        check_share("left_percent", self.left_percent or 0)
        check_share("top_percent", self.top_percent or 0)

    @property
    def placing(self) -> Placing:
        left, top = self.left_percent or 0.0, self.top_percent or 0.0
        return Placing(Position(self.position), self.inset, self.spacing, left, top)

    @property
    def rotation(self) -> Rotation:
        return Rotation(Fraction(self.angle))


def share_field(label: str, help_text: str) -> forms.FloatField:
    return forms.FloatField(label=label, help_text=help_text, required=False, min_value=0, max_value=100)


class PlacedForm(forms.Form):
    position = forms.ChoiceField(
        choices=POSITIONS,
        initial=Position.BOTTOM_RIGHT.value,
        help_text="Repeat covers everything, beginning in the top left corner. Free is where the two lines below say; "
        "it can be drawn with the mouse.",
    )
    left_percent = share_field("Left in percent", "Only when free: where the mark's left edge is, of the width.")
    top_percent = share_field("Top in percent", "Only when free: where the mark's top edge is, of the height.")
    anchor = forms.ChoiceField(
        label="Lies on",
        choices=list(ANCHORS.items()),
        initial="output",
        help_text="On the image, sizes and distances count in pixels of the full image.",
    )
    inset = number_field(DISTANCES, "Inset", "Pixels between the mark and the edges. Repeat and free have none.", 10)
    spacing = number_field(DISTANCES, "Spacing", "Pixels between the marks when they repeat.", 40)
    angle = number_field(ANGLES, "Angle", "Degrees clockwise by which each mark is turned.", 0)
    opacity_percent = number_field(PERCENTS, "Opacity in percent", "100 is as opaque as the mark itself.", 100)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        is_free = cleaned.get("position") == Position.FREE.value
        for name in ("left_percent", "top_percent"):
            if is_free and cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, "Say where, or draw it.")
        return cleaned


PLACED_FIELDS = ("position", "left_percent", "top_percent", "anchor", "inset", "spacing", "angle", "opacity_percent")


class PlacedOverlay(Overlay):
    """Makes the mark that suits an answer, once for each that is needed, and draws it in its place."""

    options: PlacedOptions

    @abstractmethod
    def choose(self, field: Extent, answer: Answer) -> Hashable | None:
        """What tells apart the marks for different fields to be drawn on; `None` when nothing is drawn."""

    @abstractmethod
    def extent_of(self, choice: Hashable) -> Extent:
        """How large the mark of that choice is, before it is turned."""

    @abstractmethod
    def make(self, choice: Hashable, extent: Extent) -> Image.Image:
        """The mark of that choice, RGBA, stretched to this extent where it is not its own."""

    def draw(self, image: Image.Image, answer: Answer) -> Image.Image:
        if self.options.anchor == "image":
            return self._on_the_image(image, answer)
        output = Extent(*image.size)
        choice = self.choose(output, answer)
        if choice is None:
            return image
        mark = self._mark(choice, self.extent_of(choice), self.options.spacing)
        return drawn(image, mark, places(mark.extent, output, self.options.placing), answer.quality)

    def _mark(self, choice: Hashable, extent: Extent, spacing: int) -> Mark:
        key = (self.fingerprint, choice, extent, spacing)
        return memory.get(key, partial(self._made, choice, extent, spacing))

    def _made(self, choice: Hashable, extent: Extent, spacing: int) -> Mark:
        placing = replace(self.options.placing, spacing=spacing)
        return mark_of(laid_out(self._turned(choice, extent), placing), self.options.opacity_percent)

    def _turned(self, choice: Hashable, extent: Extent) -> Image.Image:
        image = self.make(choice, extent)
        angle = self.options.angle
        return image.rotate(-angle, Image.Resampling.BICUBIC, expand=True) if angle else image

    def _on_the_image(self, image: Image.Image, answer: Answer) -> Image.Image:
        choice = self.choose(answer.facts.extent, answer)
        if choice is None:
            return image
        rotation = answer.plan.rotation
        if rotation == Rotation():
            return self._in_its_spots(image, choice, answer)
        size = (answer.plan.size.width, answer.plan.size.height)
        layer = self._in_its_spots(Image.new("RGBA", size), choice, answer)
        finished = turned_with(layer, rotation, answer.output)
        whole = (Box(0, 0, finished.width, finished.height),)
        return drawn(image, mark_of(finished, 100), whole, answer.quality)

    def _in_its_spots(self, image: Image.Image, choice: Hashable, answer: Answer) -> Image.Image:
        own = self.extent_of(choice)
        glimpse, placing = glimpse_of(answer), self.options.placing
        boxes = spots(rotated_extent(own, self.options.rotation), answer, placing)
        if not boxes:
            return image
        scaled = glimpse.scaled(own)
        if scaled.area <= LARGEST_WHOLE:
            mark = self._mark(choice, scaled, scaled_spacing(placing, glimpse))
            return drawn(image, mark, tuple(boxes), answer.quality)
        whole = self._turned(choice, own.clipped_to(LARGEST_MADE))
        for box in boxes:
            part, place = part_of(whole, box, glimpse.extent)
            image = drawn(image, mark_of(part, self.options.opacity_percent), (place,), answer.quality)
        return image
