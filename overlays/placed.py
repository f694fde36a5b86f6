"""What all kinds share that draw one mark in a place: options, form and the way of drawing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from django import forms
from PIL import Image

from iiifserver.iiif.values import Extent, Quality

from .base import Overlay
from .marks import Mark, drawn, laid_out, mark_of, memory
from .placement import Placing, Position, places

DISTANCES = range(0, 10_001)
PERCENTS = range(1, 101)

POSITIONS = [(position.value, position.value.capitalize()) for position in Position]


def check_number(name: str, value: object, allowed: range) -> None:
    """Raises `ValueError` with a sentence unless the value is one of those whole numbers."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise ValueError(f"{name} must be a whole number from {allowed[0]} to {allowed[-1]}.")


def check_text(name: str, value: object, longest: int) -> None:
    """Raises `ValueError` with a sentence unless the value is a text of no more characters."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"{name} must be a text of at most {longest} characters.")


def number_field(allowed: range, label: str, help_text: str, initial: int | None = None) -> forms.IntegerField:
    """A field for one of those whole numbers; it may be left empty when it has no initial value."""
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        initial=initial,
        required=initial is not None,
        min_value=allowed[0],
        max_value=allowed[-1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOptions:
    position: str = Position.BOTTOM_RIGHT.value
    inset: int = 10
    spacing: int = 40
    opacity_percent: int = 100

    def __post_init__(self) -> None:
        if self.position not in dict(POSITIONS):
            raise ValueError(f"There is no position “{self.position}”.")
        check_number("inset", self.inset, DISTANCES)
        check_number("spacing", self.spacing, DISTANCES)
        check_number("opacity_percent", self.opacity_percent, PERCENTS)

    @property
    def placing(self) -> Placing:
        return Placing(Position(self.position), self.inset, self.spacing)


class PlacedForm(forms.Form):
    position = forms.ChoiceField(
        choices=POSITIONS,
        initial=Position.BOTTOM_RIGHT.value,
        help_text="Repeat covers the whole output, beginning in its top left corner.",
    )
    inset = number_field(DISTANCES, "Inset", "Pixels between the mark and the edges. Repeat has none.", 10)
    spacing = number_field(DISTANCES, "Spacing", "Pixels between the marks when they repeat.", 40)
    opacity_percent = number_field(PERCENTS, "Opacity in percent", "100 is as opaque as the mark itself.", 100)


class PlacedOverlay(Overlay):
    """Makes the mark that suits an output, once for each that is needed, and draws it in its place."""

    options: PlacedOptions

    @abstractmethod
    def choose(self, output: Extent) -> Hashable | None:
        """What tells apart the marks for different outputs, such as a size; `None` when nothing is drawn."""

    @abstractmethod
    def make(self, choice: Hashable) -> Image.Image:
        """The mark of that choice, RGBA."""

    def draw(self, image: Image.Image, quality: Quality) -> Image.Image:
        output = Extent(*image.size)
        choice = self.choose(output)
        if choice is None:
            return image
        mark = memory.get((self.fingerprint, choice), partial(self._mark, choice))
        return drawn(image, mark, places(mark.extent, output, self.options.placing), quality)

    def _mark(self, choice: Hashable) -> Mark:
        return mark_of(laid_out(self.make(choice), self.options.placing), self.options.opacity_percent)
