"""What the forms of all kinds are put together from, and how options are checked when they are read."""

from __future__ import annotations

from typing import Any

from django import forms

from .colours import LONGEST_COLOUR, Rgba, rgba

COLOUR_HELP = (
    "A CSS colour: white, #fff, #ffffff80, rgb(255, 255, 255), hsl(120, 50%, 50%), or with alpha rgba(0, 0, 0, 0.4)."
)


def check_number(name: str, value: object, allowed: range) -> None:
    """Raises `ValueError` with a sentence unless the value is one of those whole numbers."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise ValueError(f"{name} must be a whole number from {allowed[0]} to {allowed[-1]}.")


def check_share(name: str, value: object) -> None:
    """Raises `ValueError` with a sentence unless the value is a number of percent."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise ValueError(f"{name} must be a number from 0 to 100.")


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


class ShapesInput(forms.Textarea):
    """Shapes as lines of numbers; a script lays a drawing board beside it."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4, "class": "vLargeTextField iiif-shapes", "spellcheck": "false"})
