"""The way back from a document to the configuration, and what keeps a document from being one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import ProtectedError

from iiifserver.changes import one_act
from iiifserver.configured import ConfigurationModel

from .configuration import Document, configuration_models, current_document, fields_by_name, fields_of

DEEPEST = 50
"""How deep values may stand inside each other; no setting comes near."""


class DocumentError(Exception):
    """A document is not a configuration of this server. The message says what is wrong with it."""


class Rehearsed(Exception):
    """Leaves an act that is to have no effect."""


def restore(document: Any, author: Any = None, title: str = "") -> None:
    """Makes the configuration what the document says, in one act: rows are added, changed and deleted. What it has no
    section for, such as a kind of row that is newer than the document, stays as it is.

    Raises `DocumentError`, having changed nothing, when the document is not a configuration of this server.
    """
    check_shape(document)
    named = [model for model in configuration_models() if model._meta.label_lower in document]
    with one_act(author, title):
        for model in named:
            save_rows(model, document[model._meta.label_lower])
        for model in reversed(named):
            delete_others(model, document[model._meta.label_lower])


def rehearsed(document: Any) -> Document:
    """What the configuration would be after `restore`; nothing changes. Raises `DocumentError` where that would.

    Not to be called inside an act.
    """
    try:
        with one_act():
            restore(document)
            outcome = current_document()
            raise Rehearsed
    except Rehearsed:
        return outcome


def check_shape(document: Any) -> None:
    known = {model._meta.label_lower: model for model in configuration_models()}
    if not isinstance(document, dict):
        raise DocumentError("The document is not an object of sections.")
    if unknown := sorted(set(document) - set(known)):
        raise DocumentError(f"There is no section “{unknown[0]}” in a configuration.")
    for label, rows in document.items():
        if not isinstance(rows, dict) or not all(isinstance(fields, dict) for fields in rows.values()):
            raise DocumentError(f"The section “{label}” does not hold rows by name.")
        for name, fields in rows.items():
            check_row(known[label], name, fields)


def missing_sections(document: Document) -> list[str]:
    """What a whole configuration has besides."""
    return [label for model in configuration_models() if (label := model._meta.label_lower) not in document]


def check_row(model: type[ConfigurationModel], name: str, fields: dict[str, Any]) -> None:
    if unknown := sorted(set(fields) - set(fields_by_name(model))):
        raise DocumentError(f"“{name}” has no field “{unknown[0]}”.")
    for value, depth in values_in({name: fields}):
        if depth > DEEPEST:
            raise DocumentError(f"“{name}” holds values inside each other, too deep for a setting.")
        if isinstance(value, str) and not can_be_stored(value):
            raise DocumentError(f"“{name}” holds a zero byte, or half of a character.")
        if isinstance(value, float) and not math.isfinite(value):
            raise DocumentError(f"“{name}” holds {value}, which is no number to count with.")


def values_in(document: Any) -> Iterator[tuple[Any, int]]:
    """Every value, names too, and how deep it stands; what stands too deep is not looked into."""
    waiting = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if depth > DEEPEST:
            continue
        inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(each, depth + 1) for each in inner]


def can_be_stored(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def save_rows(model: type[ConfigurationModel], rows: dict[str, dict[str, Any]]) -> None:
    """Adds the rows that are missing and changes those that differ."""
    present = {str(row): row for row in model._default_manager.all()}
    for name, fields in rows.items():
        row = present.get(name) or model()
        if not row._state.adding and fields_of(row) == fields:
            continue
        set_fields(row, name, fields)
        row.save()


def delete_others(model: type[ConfigurationModel], rows: dict[str, Any]) -> None:
    """Deletes the rows that a section does not name."""
    for row in model._default_manager.all():
        if str(row) not in rows:
            try:
                row.delete()
            except ProtectedError as error:
                needing = ", ".join(sorted(f"“{other}”" for other in error.protected_objects))
                raise DocumentError(
                    f"There is no {model._meta.verbose_name} “{row}” in the document, but {needing} points to it."
                ) from error


def set_fields(row: ConfigurationModel, name: str, fields: dict[str, Any]) -> None:
    try:
        for field_name, value in fields.items():
            set_field(row, fields_by_name(type(row))[field_name], value)
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        raise DocumentError(told(name, error)) from error
    if str(row) != name:
        raise DocumentError(f"“{name}” is called “{row}” by its own fields.")


def told(name: str, error: ValidationError) -> str:
    """Which fields of a row are wrong, by their names in the document, and why."""
    return " ".join(
        f"“{name}”{'' if field_name == NON_FIELD_ERRORS else f', field “{field_name}”'}: {' '.join(messages)}"
        for field_name, messages in error.message_dict.items()
    )


def set_field(row: ConfigurationModel, field: models.Field[Any, Any], value: Any) -> None:
    try:
        setattr(row, field.name, value_for(row, field, value))
    except ValidationError as error:
        raise ValidationError({field.name: error.messages}) from error


def value_for(row: ConfigurationModel, field: models.Field[Any, Any], value: Any) -> Any:
    """What the field is to hold; raises `ValidationError`."""
    if value is None and not field.null:
        raise ValidationError(field.error_messages["null"])
    if isinstance(value, (dict, list)) and not isinstance(field, models.JSONField):
        raise ValidationError("This is a single value, not a list or an object.")
    if isinstance(field, models.JSONField) and not isinstance(value, type(field.get_default())):
        kind = "an object" if isinstance(field.get_default(), dict) else "a list"
        raise ValidationError(f"This must be {kind}.")
    if isinstance(field, models.ForeignKey):
        return target_of(field, value)
    try:
        return field.clean(value, row)
    except (TypeError, OverflowError) as error:
        # Not every field of Django expects values of a wrong type.
        raise ValidationError(f"{value} does not fit here.") from error


def target_of(field: models.ForeignKey[Any, Any], name: Any) -> models.Model | None:
    """The row of that name; raises `ValidationError` where there is none."""
    if name is None:
        return None
    targets = {str(target): target for target in field.related_model._default_manager.all()}
    if name not in targets:
        raise ValidationError(f"There is no {field.related_model._meta.verbose_name} “{name}”.")
    return targets[name]
