"""What the backends of every role have in common. Free of Django at run time."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from django import forms


class BackendError(Exception):
    """The options of a row do not make a backend. The message is a sentence for staff."""


class Backend:
    """One way to play a role, built from the options of an admin row.

    A subclass names its `label`, a frozen dataclass of options whose fields have defaults where the form does not
    require them, and the form that staff fill in: one field per option, of the same name.
    """

    named: ClassVar[tuple[str, ...]] = ("label", "used_for", "options_class", "form_class")
    """What every class of the role must name."""
    known: ClassVar[tuple[str, ...]] = ("options",)
    """What every backend must have once it is made."""
    label: ClassVar[str]
    used_for: ClassVar[str]
    """When staff want this kind, in one sentence."""
    secret_options: ClassVar[frozenset[str]] = frozenset()
    """The options that are secrets: their fields are `SecretField`s, and the backend gets them in clear."""
    guarded_options: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """From an option that not everybody who edits rows may write to the permission that it needs."""
    options_class: ClassVar[type[Any]]
    form_class: ClassVar[type[forms.Form]]

    def __init__(self, options: Any) -> None:
        self.options = options

    @classmethod
    def faults(cls) -> Iterator[str]:
        """Sentences for its author on why the class is no kind of backend; none for one that can be registered."""
        if unwritten := sorted(getattr(cls, "__abstractmethods__", ())):
            yield f"It does not write {', '.join(unwritten)}."
        if unnamed := [name for name in cls.named if not hasattr(cls, name)]:
            yield f"It does not name {', '.join(unnamed)}."
        options_class = getattr(cls, "options_class", None)
        if options_class is not None and not (inspect.isclass(options_class) and is_dataclass(options_class)):
            yield "Its options_class is no dataclass."
        if hasattr(cls, "form_class") and not hasattr(cls.form_class, "base_fields"):
            yield "Its form_class is no form of Django."

    @classmethod
    def build(cls, options: dict[str, Any]) -> Self:
        """The backend with these options; raises `BackendError` when a name is unknown or a value is missing."""
        known = {field.name for field in fields(cls.options_class)}
        if unknown := sorted(set(options) - known):
            raise BackendError(f"{cls.label} has no option “{unknown[0]}”.")
        if missing := cls._missing(options):
            raise BackendError(f"Not filled in yet: {', '.join(missing)}.")
        try:
            backend = cls(cls.options_class(**options))
        except (TypeError, ValueError) as error:
            raise BackendError(f"{cls.label} cannot be built from its options: {error}") from error
        if unmade := [name for name in cls.known if not hasattr(backend, name)]:
            raise BackendError(f"{cls.label} was made without its {unmade[0]}: its plug-in is at fault.")
        return backend

    @classmethod
    def _missing(cls, options: Mapping[str, Any]) -> list[str]:
        """The options without which none is built, as the form calls them."""
        form_fields = getattr(getattr(cls, "form_class", None), "base_fields", {})
        missing = [
            field.name for field in fields(cls.options_class) if is_required(field) and field.name not in options
        ]
        return [str(getattr(form_fields.get(name), "label", None) or name) for name in missing]

    def problems(self) -> Iterable[str]:
        """Sentences on what would keep this backend from working now, each with its cure."""
        return ()


def is_required(option: Field[Any]) -> bool:
    """Whether an options class has no value for it by itself."""
    return option.default is MISSING and option.default_factory is MISSING
