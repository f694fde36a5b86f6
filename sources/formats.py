"""Which kinds of file may be read from a source: a list that staff choose, for decoders are where strangers get in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from iiifserver.iiif.source_formats import FORMAT_LABELS, LABELS, PICTURES


def pictures() -> list[str]:
    """What a source may give at first."""
    return sorted(PICTURES)


def check_formats(names: object) -> None:
    """Raises `ValidationError` for anything but a list of formats that there are."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValidationError("Write a list of names of formats.")
    if unknown := sorted(set(names) - FORMAT_LABELS.keys()):
        raise ValidationError(f"There is no format “{unknown[0]}”. There are {', '.join(sorted(FORMAT_LABELS))}.")


class FormatsField(models.JSONField):
    """A list of formats, chosen with checkboxes."""

    def formfield(self, **kwargs: Any) -> Any:
        choices = [(family.value, list(labels.items())) for family, labels in LABELS.items()]
        given = {
            "form_class": forms.MultipleChoiceField,
            "choices": choices,
            "widget": forms.CheckboxSelectMultiple,
            "show_hidden_initial": False,
            **kwargs,
        }
        return super(models.JSONField, self).formfield(**given)
