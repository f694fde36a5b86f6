"""A text of one or several lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django import forms
from PIL import Image

from iiifserver.iiif.values import Extent

from .. import fonts
from ..base import fingerprint_of
from ..colours import LONGEST_COLOUR, TRANSPARENT, Rgba, rgba
from ..lettering import Lettering
from ..placed import PlacedForm, PlacedOptions, PlacedOverlay, check_number, check_text, number_field
from ..placement import room

SIZES = range(4, 501)
STROKES = range(0, 51)
PADDINGS = range(0, 501)
LONGEST_TEXT = 1000
LONGEST_NAME = 200
COLOUR_HELP = "A CSS colour: white, #fff, #ffffff80, rgb(255, 255, 255), or with alpha rgba(0, 0, 0, 0.4)."


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions(PlacedOptions):
    text: str
    font: str = fonts.BUILT_IN
    """Family and style; empty for the one that is built in."""
    size: int = 24
    minimum_size: int = 18
    colour: str = "white"
    stroke_colour: str = "black"
    stroke_width: int = 1
    background: str = ""
    """Empty for none."""
    padding: int = 5

    def __post_init__(self) -> None:
        PlacedOptions.__post_init__(self)
        check_text("text", self.text, LONGEST_TEXT)
        if not self.text.strip():
            raise ValueError("text is empty.")
        for name in ("font", "colour", "stroke_colour", "background"):
            check_text(name, getattr(self, name), LONGEST_NAME)
        check_number("size", self.size, SIZES)
        check_number("minimum_size", self.minimum_size, range(SIZES[0], self.size + 1))
        check_number("stroke_width", self.stroke_width, STROKES)
        check_number("padding", self.padding, PADDINGS)

    @property
    def alignment(self) -> str:
        """Lines keep to the side where the text stands."""
        words = self.position.split()
        return next((side for side in ("left", "right") if side in words), "center")

    def lettering(self) -> Lettering:
        """What is drawn, in any size; raises `ValueError` for a colour or a font that there is not."""
        return Lettering(
            text=self.text,
            face=fonts.face(self.font),
            colour=rgba(self.colour),
            stroke_colour=rgba(self.stroke_colour) if self.stroke_width else TRANSPARENT,
            stroke_width=self.stroke_width,
            background=rgba(self.background) if self.background else TRANSPARENT,
            padding=self.padding,
            alignment=self.alignment,
        )


class ColourField(forms.CharField):
    """A colour as CSS writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_COLOUR, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text:
            checked_colour(text)
        return text


def checked_colour(text: str) -> Rgba:
    try:
        return rgba(text)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class TextForm(PlacedForm):
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="One or several lines. A longer one is not broken.",
    )
    font = forms.ChoiceField(
        choices=fonts.choices,
        required=False,
        help_text="Built in, or installed on the server below /usr/share/fonts or /usr/local/share/fonts.",
    )
    size = number_field(SIZES, "Size", "Pixels. The height of the letters where there is room enough.", 24)
    minimum_size = number_field(
        SIZES, "Minimum size", "The text shrinks to this where it does not fit; where that does not either, none is "
        "drawn.", 18,
    )  # fmt: skip
    colour = ColourField(initial="white", help_text=COLOUR_HELP)
    stroke_width = number_field(STROKES, "Stroke width", "Pixels around the letters; 0 for no stroke.", 1)
    stroke_colour = ColourField(initial="black", help_text="Shows around the letters.")
    background = ColourField(
        required=False,
        initial="rgba(0, 0, 0, 0.4)",
        help_text="Behind the text, such as rgba(0, 0, 0, 0.4) for a veil or #000 for a solid box. Empty for none.",
    )
    padding = number_field(PADDINGS, "Padding", "Pixels of background around the text.", 5)

    field_order = ("text", "font", "size", "minimum_size", "colour", "stroke_width", "stroke_colour", "background",
                   "padding", "position", "inset", "spacing", "opacity_percent")  # fmt: skip

    def clean_text(self) -> str:
        """Lines end in one way, whatever the browser sends."""
        return "\n".join(self.cleaned_data["text"].splitlines())

    def clean_minimum_size(self) -> int:
        minimum: int = self.cleaned_data["minimum_size"]
        if minimum > self.cleaned_data.get("size", minimum):
            raise forms.ValidationError("Make the minimum no larger than the size.")
        return minimum


class TextOverlay(PlacedOverlay):
    """Draws the text as large as there is room, between its two sizes."""

    label = "Text"
    used_for = "A caption, a credit or a notice of rights."
    options_class = TextOptions
    form_class = TextForm
    options: TextOptions

    def __init__(self, options: TextOptions) -> None:
        super().__init__(options)
        self.lettering = options.lettering()
        self.fingerprint = fingerprint_of("text", options, self.lettering.face.digest)
        self._extents: dict[int, Extent] = {}

    def choose(self, output: Extent) -> int | None:
        """The largest size that fits; `None` when the smallest does not."""
        space = room(output, self.options.placing)
        size, minimum = self.options.size, self.options.minimum_size
        if self.extent(size).fits_into(space):
            return size
        fitting = bisect_left(range(minimum, size), True, key=lambda tried: not self.extent(tried).fits_into(space))
        return minimum + fitting - 1 if fitting else None

    def make(self, choice: Hashable) -> Image.Image:
        assert isinstance(choice, int)  # noqa: S101 - it is what `choose` returned
        return self.lettering.picture(choice)

    def extent(self, size: int) -> Extent:
        """How large the text is in this size, measured once."""
        if size not in self._extents:
            self._extents[size] = self.lettering.extent(size)
        return self._extents[size]
