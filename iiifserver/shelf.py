"""From rows to backends that work. A row that did not change keeps the backend that it has."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django import forms

from .backend import Backend, BackendError
from .conf import WrongSetting
from .configured import ConfiguredBackend
from .registry import Registry, RegistryError
from .secrets import SecretError, revealed

logger = logging.getLogger("iiifserver.configuration")

B = TypeVar("B", bound=Backend)


class Shelf(Generic[B]):
    """The backends in use of one role, by row. Not for several threads at once."""

    def __init__(self, registry: Registry[B]) -> None:
        self.registry = registry
        self._kept: dict[int, tuple[tuple[str, dict[str, Any]], B]] = {}

    def fill(self, rows: Iterable[ConfiguredBackend]) -> dict[int, B | None]:
        """A backend for each row, by primary key and in the rows' order; `None`, and a line in the log, for a row that
        makes none. Backends of rows that are gone or have changed are let go.
        """
        filled = {row.pk: self._backend_of(row) for row in rows}
        self._kept = {pk: kept for pk, kept in self._kept.items() if filled.get(pk) is not None}
        return filled

    def _backend_of(self, row: ConfiguredBackend) -> B | None:
        state = (row.kind, row.options)
        kept_state, kept = self._kept.get(row.pk, (None, None))
        if kept_state == state:
            return kept
        try:
            backend = build(self.registry, row)
        except BackendError as error:
            logger.error("%s “%s” is left out: %s", row._meta.verbose_name, row.name, error)
            self._kept.pop(row.pk, None)
            return None
        self._kept[row.pk] = (state, backend)
        return backend


def build(registry: Registry[B], row: ConfiguredBackend) -> B:
    """The row's backend; raises `BackendError` with a sentence for staff when the row does not make one."""
    with faults_are_told(row):
        backend_class = registry.get(row.kind)
        secrets = {name: revealed(row.options[name]) for name in backend_class.secret_options if row.options.get(name)}
        return backend_class.build({**row.options, **secrets})


def problems_of(registry: Registry[Any], row: ConfiguredBackend) -> list[str]:
    """Sentences on why a row does not work as it stands; empty when it does."""
    try:
        with faults_are_told(row):
            return list(build(registry, row).problems())
    except BackendError as error:
        return [str(error)]


@contextmanager
def faults_are_told(row: ConfiguredBackend) -> Iterator[None]:
    """Turns whatever the code of the row's kind raises into `BackendError`. What nobody foresaw is in the log alone,
    with all that belongs to it: its words may hold anything.
    """
    try:
        yield
    except BackendError:
        raise
    except (RegistryError, SecretError, WrongSetting) as error:
        raise BackendError(str(error)) from error
    except Exception as error:
        logger.exception("The %s “%s” fails.", row._meta.verbose_name, row.name)
        raise BackendError("It fails when it is set up. The reason is in the server's log.") from error


def option_form_class(registry: Registry[Any], kind: str) -> type[forms.Form]:
    """The form of a kind; one without fields when the kind's plug-in is gone."""
    return registry.get(kind).form_class if kind in registry else forms.Form
