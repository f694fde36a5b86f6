"""The whole configuration as one document: what a revision holds, what is exported and imported.

The document maps the label of each kind of row to its rows by name, and each row to its fields. Secrets stand in it as
they are stored: encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from iiifserver.changes import one_act
from iiifserver.configured import ConfigurationModel
from iiifserver.secrets import BLANK, is_secret

Document = dict[str, dict[str, dict[str, Any]]]


class DocumentError(Exception):
    """A document is not a configuration of this server. The message says what is wrong with it."""


def configuration_models() -> list[type[ConfigurationModel]]:
    """The models whose rows are the configuration; a model that points to another comes after it."""
    found = [model for model in apps.get_models() if issubclass(model, ConfigurationModel)]
    return sorted(found, key=lambda model: (len(foreign_keys(model)), model._meta.label_lower))


def foreign_keys(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


def current_document() -> Document:
    """The configuration as it is now."""
    return {model._meta.label_lower: rows_of(model) for model in configuration_models()}


def rows_of(model: type[ConfigurationModel]) -> dict[str, dict[str, Any]]:
    rows = model._default_manager.select_related(*[field.name for field in foreign_keys(model)])
    return {str(row): fields_of(row) for row in rows}


def fields_of(row: models.Model) -> dict[str, Any]:
    """The row's fields but its primary key; a row that it points to stands by name."""
    return {field.name: field_value(row, field) for field in row._meta.concrete_fields if not field.primary_key}


def field_value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        target = getattr(row, field.name)
        return None if target is None else str(target)
    value = field.value_from_object(row)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(field, models.JSONField) else field.get_prep_value(value)


def restore(document: Any, author: Any = None, title: str = "") -> None:
    """Makes the configuration what the document says, in one act: rows are added, changed and deleted.

    Raises `DocumentError`, having changed nothing, when the document is not a configuration of this server.
    """
    check_shape(document)
    with one_act(author, title):
        for model in configuration_models():
            save_rows(model, document.get(model._meta.label_lower, {}))
        for model in reversed(configuration_models()):
            for row in model._default_manager.all():
                if str(row) not in document.get(model._meta.label_lower, {}):
                    row.delete()


def check_shape(document: Any) -> None:
    known = {model._meta.label_lower for model in configuration_models()}
    if not isinstance(document, dict):
        raise DocumentError("The document is not an object of sections.")
    if unknown := sorted(set(document) - known):
        raise DocumentError(f"There is no section “{unknown[0]}” in a configuration.")
    for label, rows in document.items():
        if not isinstance(rows, dict) or not all(isinstance(fields, dict) for fields in rows.values()):
            raise DocumentError(f"The section “{label}” does not hold rows by name.")


def save_rows(model: type[ConfigurationModel], rows: dict[str, dict[str, Any]]) -> None:
    """Adds the rows that are missing and changes those that differ."""
    present = {str(row): row for row in model._default_manager.all()}
    for name, fields in rows.items():
        row = present.get(name) or model()
        if not row._state.adding and fields_of(row) == fields:
            continue
        set_fields(row, name, fields)
        row.save()


def set_fields(row: ConfigurationModel, name: str, fields: dict[str, Any]) -> None:
    known = {field.name: field for field in row._meta.concrete_fields if not field.primary_key}
    if unknown := sorted(set(fields) - set(known)):
        raise DocumentError(f"“{name}” has no field “{unknown[0]}”.")
    try:
        for field_name, value in fields.items():
            set_field(row, known[field_name], value)
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        raise DocumentError(f"“{name}”: {'; '.join(error.messages)}") from error


def set_field(row: ConfigurationModel, field: models.Field[Any, Any], value: Any) -> None:
    if not isinstance(field, models.ForeignKey):
        setattr(row, field.name, field.to_python(value))
        return
    targets = {str(target): target for target in field.related_model._default_manager.all()}
    if value is not None and value not in targets:
        raise DocumentError(f"There is no {field.related_model._meta.verbose_name} “{value}”.")
    setattr(row, field.name, targets.get(value))


def blanked(value: Any) -> Any:
    """The same without any secret, for people to read."""
    if isinstance(value, dict):
        return {name: blanked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [blanked(inner) for inner in value]
    return BLANK if is_secret(value) else value


def differences(old: Document, new: Document) -> list[str]:
    """What changed from one document to the other, a line for each field, without secrets."""
    return [line for label in sorted(set(old) | set(new)) for line in row_differences(label, old, new)]


def row_differences(label: str, old: Document, new: Document) -> Iterator[str]:
    old_rows, new_rows = old.get(label, {}), new.get(label, {})
    kind = model_name(label)
    for name in [*old_rows, *(name for name in new_rows if name not in old_rows)]:
        if name not in new_rows:
            yield f"- {kind} “{name}”"
        elif name not in old_rows:
            yield f"+ {kind} “{name}”: {described(new_rows[name])}"
        else:
            yield from field_differences(f"{kind} “{name}”", old_rows[name], new_rows[name])


def field_differences(where: str, old: dict[str, Any], new: dict[str, Any], path: str = "") -> Iterator[str]:
    for name in sorted(set(old) | set(new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from field_differences(where, before, after, f"{path}{name}.")
        elif is_secret(before) and is_secret(after):
            yield f"{where}: {path}{name} was typed anew"
        else:
            yield f"{where}: {path}{name} {readable(before)} → {readable(after)}"


def described(fields: dict[str, Any], path: str = "") -> str:
    return ", ".join(
        described(value, f"{path}{name}.") if isinstance(value, dict) else f"{path}{name} {readable(value)}"
        for name, value in fields.items()
        if value not in (None, "", {}) and (path or name != "name")
    )


def readable(value: Any) -> str:
    blank = blanked(value)
    if blank is None or blank == "":
        return "empty"
    if isinstance(blank, bool):
        return "yes" if blank else "no"
    return f"{blank}"


def model_name(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        return label
