"""Parts of images that nobody may see."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from PIL import Image

from iiifserver.iiif.redaction import Shape, ShapeError, shapes_of
from iiifserver.iiif.values import Extent

from ..base import Answer, Cover, fingerprint_of
from ..colours import rgba
from ..covering import mosaic
from ..fields import COLOUR_HELP, ColourField, ShapesInput, check_number, check_text

LOOKS = {"filled": "filled with the colour", "mosaic": "a mosaic of its shades", "cloud": "a cloud of its shades"}
LONGEST_SHAPES = 200_000
LONGEST_COLOUR = 64
PAGES = range(1, 100_001)
CELLS, SPREAD = 12, 56


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionOptions:
    shapes: str
    """One a line; see `iiifserver.iiif.redaction`."""
    page: int | None = None
    """The only page; `None` for all."""
    look: str = "filled"
    colour: str = "black"

    def __post_init__(self) -> None:
        check_text("shapes", self.shapes, LONGEST_SHAPES)
        check_text("colour", self.colour, LONGEST_COLOUR)
        if self.look not in LOOKS:
            raise ValueError(f"There is no look “{self.look}”.")
        if self.page is not None:
            check_number("page", self.page, PAGES)


class RedactionForm(forms.Form):
    shapes = forms.CharField(
        max_length=LONGEST_SHAPES,
        widget=ShapesInput,
        help_text="One a line, drawn with the mouse or typed. x,y,width,height is a box in pixels of the full image, "
        "counted from the top left corner of the upright image; pct:x,y,width,height the same in percent. "
        "polygon:x,y x,y x,y has as many corners as you like; pct-polygon: the same in percent.",
    )
    page = forms.IntegerField(
        required=False, min_value=1, help_text="Of an image with several pages; empty to hide it on every page."
    )
    look = forms.ChoiceField(
        choices=list(LOOKS.items()),
        initial="filled",
        help_text="A mosaic or a cloud is made by chance and knows nothing of what it hides: nobody can work back from "
        "it, as is possible from pixels that were only blurred.",
    )
    colour = ColourField(initial="black", help_text=COLOUR_HELP + " Its alpha does not count: nothing shines through.")

    def clean_shapes(self) -> str:
        text = "\n".join(line.strip() for line in self.cleaned_data["shapes"].splitlines() if line.strip())
        try:
            shapes_of(text)
        except ShapeError as error:
            raise forms.ValidationError(str(error)) from error
        return text


class RedactionOverlay(Cover):
    """Paints over its shapes on every answer that they touch."""

    label = "Redaction"
    used_for = "Faces, names, anything that may not be seen: it is in no answer, in no size."
    options_class = RedactionOptions
    form_class = RedactionForm
    options: RedactionOptions

    def __init__(self, options: RedactionOptions) -> None:
        super().__init__(options)
        self._shapes = shapes_of(options.shapes)
        if not self._shapes:
            raise ValueError("no shape is drawn.")
        self._colour = rgba(options.colour)[:3]
        self.fingerprint = fingerprint_of("redaction", options)

    @property
    def colour(self) -> tuple[int, int, int]:
        return self._colour

    @property
    def is_smooth(self) -> bool:
        return self.options.look == "cloud"

    def shapes(self, answer: Answer) -> tuple[Shape, ...]:
        return self._shapes if self.options.page in {None, answer.plan.page} else ()

    def paint(self, size: Extent, seed: int) -> Image.Image | None:
        return None if self.options.look == "filled" else mosaic(self._colour, size, seed, CELLS, SPREAD)
