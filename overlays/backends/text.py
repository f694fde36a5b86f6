"""A text of one or several lines."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from cachetools import LRUCache
from django import forms
from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from iiifserver.iiif.values import Extent

from .. import fonts
from ..base import Answer, fingerprint_of
from ..colours import TRANSPARENT, rgba
from ..fields import COLOUR_HELP, ColourField, check_number, check_text, number_field
from ..lettering import Lettering
from ..placed import PLACED_FIELDS, PlacedForm, PlacedOptions, PlacedOverlay
from ..placement import room
from ..variables import HELP, field_names_in, filled, is_template, unknown_words, words_of
from ..weights import NAMED, WEIGHTS

SIZES = range(4, 501)
STROKES = range(0, 51)
PADDINGS = range(0, 501)
LETTER_SPACINGS = range(-20, 201)
LONGEST_TEXT = 1000
LONGEST_NAME = 200
MOST_REMEMBERED = 500
"""Of texts as they were fitted into fields, for each overlay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions(PlacedOptions):
    text: str
    font: str = fonts.BUILT_IN
    """Family and style, or the name of an upload; empty for the one that is built in."""
    size: int = 24
    minimum_size: int = 18
    weight: int | None = None
    """As CSS counts it; `None` for the font's own."""
    wraps: bool = False
    letter_spacing: int = 0
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
        if self.weight is not None:
            check_number("weight", self.weight, WEIGHTS)
        check_number("letter_spacing", self.letter_spacing, LETTER_SPACINGS)
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
            face=fonts.weighted(fonts.face(self.font), self.weight),
            colour=rgba(self.colour),
            stroke_colour=rgba(self.stroke_colour) if self.stroke_width else TRANSPARENT,
            stroke_width=self.stroke_width,
            background=rgba(self.background) if self.background else TRANSPARENT,
            padding=self.padding,
            alignment=self.alignment,
            letter_spacing=self.letter_spacing,
        )


class FontInput(forms.MultiWidget):
    """A list of fonts, and a button to upload another."""

    def __init__(self) -> None:
        upload = forms.FileInput(attrs={"aria-label": "Upload another font", "accept": ".ttf,.otf,.ttc"})
        super().__init__([forms.Select(attrs={"aria-label": "Font"}), upload])

    def decompress(self, value: Any) -> list[Any]:
        return [value, None]


class FontField(forms.MultiValueField):
    """A font by name; one that is uploaded is kept, and goes before the name."""

    def __init__(self, **kwargs: Any) -> None:
        listed = forms.ChoiceField(choices=fonts.choices, required=False)
        upload = forms.FileField(required=False)
        super().__init__([listed, upload], widget=FontInput(), required=False, require_all_fields=False, **kwargs)
        self.widget.widgets[0].choices = listed.choices

    def compress(self, values: list[Any]) -> str:
        name, upload = [*values, None, None][:2]
        if not isinstance(upload, UploadedFile):
            return name or fonts.BUILT_IN
        if (upload.size or 0) > fonts.MOST_BYTES:
            raise forms.ValidationError(fonts.TOO_MANY_BYTES)
        upload.seek(0)
        try:
            return fonts.keep_font(bytes(upload.read()))
        except fonts.FontMissing as error:
            raise forms.ValidationError(str(error)) from error


class TextForm(PlacedForm):
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=f"One or several lines. {HELP}",
    )
    font = FontField(
        help_text="Built in, installed on the server below /usr/share/fonts or /usr/local/share/fonts, or uploaded: a "
        "TTF or an OTF file. Characters that it does not have are taken from an installed one.",
    )
    size = number_field(SIZES, "Size", "Pixels. The height of the letters where there is room enough.", 24)
    minimum_size = number_field(
        SIZES, "Minimum size", "The text shrinks to this where it does not fit; where that does not either, none is "
        "drawn.", 18,
    )  # fmt: skip
    weight = forms.TypedChoiceField(
        choices=[("", "the font's own"), *((weight, f"{name} ({weight})") for weight, name in NAMED.items())],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="A variable font is drawn in it; otherwise the nearest face of the same family that is installed or "
        "was uploaded is taken. Which one that is stands beside the sample of the font.",
    )
    wraps = forms.BooleanField(
        label="Break long lines", required=False, help_text="Between words, where a line is too long."
    )
    letter_spacing = number_field(
        LETTER_SPACINGS, "Letter spacing", "In percent of the size; below 0 letters stand closer. Not for scripts "
        "whose letters are joined.", 0,
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

    field_order = ("text", "font", "weight", "size", "minimum_size", "wraps", "letter_spacing", "colour",
                   "stroke_width", "stroke_colour", "background", "padding", *PLACED_FIELDS)  # fmt: skip

    def clean_text(self) -> str:
        """Lines end in one way, whatever the browser sends."""
        text = "\n".join(self.cleaned_data["text"].splitlines())
        if unknown := unknown_words(text):
            raise forms.ValidationError(f"“{{{unknown[0]}}}” stands for nothing. {HELP}")
        return text

    def clean_minimum_size(self) -> int:
        minimum: int = self.cleaned_data["minimum_size"]
        if minimum > self.cleaned_data.get("size", minimum):
            raise forms.ValidationError("Make the minimum no larger than the size.")
        return minimum


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text, its lines broken, in the size in which it fits."""

    text: str
    size: int


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
        face = self.lettering.face
        self.fingerprint = fingerprint_of("text", options, face.name, face.weight, face.digest)
        self.words = words_of(options.text)
        self.is_template = is_template(options.text)
        self.depends_on_visitor = "user" in self.words
        self.depends_on_day = "date" in self.words
        self.field_names = field_names_in(options.text)
        self._lock = threading.Lock()
        self._extents: LRUCache[Fitted, Extent] = LRUCache(MOST_REMEMBERED)
        self._fitted: LRUCache[tuple[str, Extent], Fitted | None] = LRUCache(MOST_REMEMBERED)

    def fingerprint_for(self, answer: Answer) -> str:
        return fingerprint_of(self.fingerprint, self.text_for(answer)) if self.words else self.fingerprint

    def text_for(self, answer: Answer) -> str:
        return filled(self.options.text, answer) if self.is_template else self.options.text

    def choose(self, field: Extent, answer: Answer) -> Fitted | None:
        """The text in the largest size that fits; `None` when the smallest does not."""
        text = self.text_for(answer)
        key = (text, room(field, self.options.placing))
        with self._lock:
            if key in self._fitted:
                return self._fitted[key]
        fitted = self.fitted(*key) if text.strip() else None
        with self._lock:
            self._fitted[key] = fitted
        return fitted

    def fitted(self, text: str, space: Extent) -> Fitted | None:
        size, minimum = self.options.size, self.options.minimum_size
        largest = self.in_size(text, size, space)
        if self.extent_of(largest).fits_into(space):
            return largest
        fitting = bisect_left(range(minimum, size), True, key=lambda tried: not self.fits(text, tried, space))
        return self.in_size(text, minimum + fitting - 1, space) if fitting else None

    def fits(self, text: str, size: int, space: Extent) -> bool:
        return self.extent_of(self.in_size(text, size, space)).fits_into(space)

    def in_size(self, text: str, size: int, space: Extent) -> Fitted:
        """The text in that size, its lines broken where the rule says so."""
        if self.options.wraps:
            text = replace(self.lettering, text=text).wrapped(size, space.width)
        return Fitted(text, size)

    def extent_of(self, choice: Hashable) -> Extent:
        """How large the text is, measured once."""
        assert isinstance(choice, Fitted)  # noqa: S101 - it is what `choose` returned
        with self._lock:
            known = self._extents.get(choice)
        if known is None:
            known = replace(self.lettering, text=choice.text).extent(choice.size)
            with self._lock:
                self._extents[choice] = known
        return known

    def make(self, choice: Hashable, extent: Extent) -> Image.Image:
        assert isinstance(choice, Fitted)  # noqa: S101 - it is what `choose` returned
        image = replace(self.lettering, text=choice.text).picture(choice.size)
        size = (extent.width, extent.height)
        return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
