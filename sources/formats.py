"""Which kinds of file may be read from a source: a list that staff choose, for decoders are where strangers get in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from iiifserver.iiif.source_formats import PICTURES, families, format_labels


def pictures() -> list[str]:
    """What a source may give at first."""
    return sorted(PICTURES)


def check_formats(names: object) -> None:
    """Raises `ValidationError` for anything but a list of formats that there are."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValidationError("Write a list of names of formats.")
    known = format_labels()
    if unknown := sorted(set(names) - known.keys()):
        raise ValidationError(f"There is no format “{unknown[0]}”. There are {', '.join(known)}.")


class FormatsField(models.JSONField):
    """A list of formats, chosen with checkboxes. What is checked is put in order, in which no meaning lies."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return sorted(set(super().clean(value, model_instance)))

    def formfield(self, **kwargs: Any) -> Any:
        choices = [(family.value, list(labels.items())) for family, labels in families().items()]
        given = {
            "form_class": forms.MultipleChoiceField,
            "choices": choices,
            "widget": forms.CheckboxSelectMultiple,
            "show_hidden_initial": False,
            **kwargs,
        }
        return super(models.JSONField, self).formfield(**given)
