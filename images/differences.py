"""What changed from one configuration to another, in lines for people, without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from iiifserver.secrets import BLANK, is_secret

from .configuration import Document


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
