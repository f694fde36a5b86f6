"""Which kinds of backend exist for a role. Built-in kinds and those of strangers come in through the same door."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from .backend import Backend

logger = logging.getLogger("iiifserver.registry")

B = TypeVar("B", bound=Backend)


class RegistryError(Exception):
    """A kind of backend is unknown, or was registered twice, or is not what the role needs."""


def is_class_of(found: object, base: type[Backend]) -> bool:
    return inspect.isclass(found) and issubclass(found, base)


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A kind that is installed but could not be loaded."""

    kind: str
    reason: str


class Registry(Generic[B]):
    """The backends of one role by kind: the name of the entry point that brought each."""

    def __init__(self, group: str, base: type[B]) -> None:
        self.group = group
        self.broken: tuple[BrokenPlugin, ...] = ()
        self._base = base
        self._backends: dict[str, type[B]] = {}

    def register(self, kind: str, backend: type[B]) -> None:
        """Adds a kind; raises `RegistryError` when the name is taken, or the class is of another role or not whole."""
        if kind in self._backends:
            raise RegistryError(f"{self.group}: “{kind}” is already registered.")
        if not is_class_of(backend, self._base):
            raise RegistryError(f"{self.group}: “{kind}” is not a {self._base.__name__}.")
        if faults := list(backend.faults()):
            raise RegistryError(f"{self.group}: “{kind}” is not whole. {' '.join(faults)}")
        self._backends[kind] = backend

    def load(self) -> None:
        """Registers every installed entry point of the group, in order of name; what fails is logged and listed."""
        if self._backends:
            return
        points = sorted(entry_points(group=self.group), key=lambda point: point.name)
        self.broken = tuple(self._failures(points))

    def get(self, kind: str) -> type[B]:
        """The backend of that kind; raises `RegistryError` when there is none."""
        try:
            return self._backends[kind]
        except KeyError:
            raise RegistryError(f"The kind “{kind}” is not installed.") from None

    def __contains__(self, kind: object) -> bool:
        return kind in self._backends

    def __iter__(self) -> Iterator[str]:
        return iter(self._backends)

    def choices(self) -> list[tuple[str, str]]:
        """Kind and label, by label, as a form wants them."""
        return sorted(
            ((kind, backend.label) for kind, backend in self._backends.items()), key=lambda pair: str(pair[1])
        )

    def _failures(self, points: list[EntryPoint]) -> Iterator[BrokenPlugin]:
        for point in points:
            try:
                self.register(point.name, point.load())
            except RegistryError as error:
                logger.error("A plug-in is left out. %s", error)
                yield BrokenPlugin(point.name, str(error))
            except (Exception, SystemExit) as error:
                # A plug-in's own code may raise anything.
                logger.exception("The plug-in “%s” of %s could not be loaded.", point.name, self.group)
                yield BrokenPlugin(point.name, f"{type(error).__name__}: {error}")
