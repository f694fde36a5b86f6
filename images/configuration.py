"""The whole configuration as one document: what a revision holds, what is exported and imported.

The document maps the label of each kind of row to its rows by name, and each row to its fields. Secrets stand in it as
they are stored: encrypted.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models

from iiifserver.configured import ConfigurationModel

Document = dict[str, dict[str, dict[str, Any]]]


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
    return {name: field_value(row, field) for name, field in fields_by_name(type(row)).items()}


def fields_by_name(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """The fields that stand in a document."""
    return {field.name: field for field in model._meta.concrete_fields if not field.primary_key}


def field_value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.ForeignKey):
        target = getattr(row, field.name)
        return None if target is None else str(target)
    value = field.value_from_object(row)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(field, models.JSONField) else field.get_prep_value(value)
