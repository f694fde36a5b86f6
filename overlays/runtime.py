"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from iiifserver.iiif.errors import TryAgainLater
from iiifserver.iiif.values import Extent, Identifier, Quality
from iiifserver.shelf import Shelf

from .base import Overlay
from .patterns import Pattern, PatternError, compiled
from .registry import overlays

if TYPE_CHECKING:
    from .models import Overlay as OverlayRow

logger = logging.getLogger("iiifserver.overlays")


class ProtectionMissing(TryAgainLater):
    """What must cover a part of this image cannot be drawn, so the image is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which answers an overlay is for."""

    pattern: Pattern | None = None
    """`None` for every identifier."""
    min_width: int = 1
    min_height: int = 1
    max_width: int | None = None
    max_height: int | None = None

    def has(self, identifier: Identifier, output: Extent) -> bool:
        return self.has_size(output) and (self.pattern is None or bool(self.pattern.fullmatch(identifier.value)))

    def has_size(self, output: Extent) -> bool:
        """Whether neither edge of the output is below its minimum or above its maximum."""
        return (
            self.min_width <= output.width <= (self.max_width or output.width)
            and self.min_height <= output.height <= (self.max_height or output.height)
        )  # fmt: skip


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class ActiveOverlay:
    """An overlay as requests use it."""

    name: str
    scope: Scope
    backend: Overlay | None
    """`None` where a row that protects could not be built: what it is for is closed."""
    protects: bool = False

    def ready(self) -> Overlay | None:
        """The backend, or `None` when the picture is to be shown without it; raises `ProtectionMissing`."""
        if self.backend is not None and self.backend.is_ready():
            return self.backend
        if self.protects:
            logger.error("An image is refused: the overlay “%s” protects it and does not work.", self.name)
            raise ProtectionMissing("What protects this image does not work at present.")
        return None


@dataclass(frozen=True, slots=True)
class Applied:
    """The overlays of one answer, in the order in which they are drawn."""

    backends: tuple[Overlay, ...] = ()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells this answer apart from those with other overlays."""
        return tuple(backend.fingerprint for backend in self.backends)

    def draw(self, image: Image.Image, quality: Quality) -> Image.Image:
        """The picture with every overlay on it, one above the other; the given one is left as it was."""
        result = image.copy() if self.backends else image
        for backend in self.backends:
            result = backend.draw(result, quality)
        return result


@dataclass(frozen=True, slots=True)
class Overlays:
    """All overlays in their order."""

    active: tuple[ActiveOverlay, ...] = ()

    def applying(self, identifier: Identifier, output: Extent) -> Applied:
        """Those for this output of this image that can be drawn now; one that cannot is left out.

        Raises `ProtectionMissing` when one that protects cannot be drawn.
        """
        wanted = (overlay.ready() for overlay in self.active if overlay.scope.has(identifier, output))
        return Applied(tuple(backend for backend in wanted if backend is not None))


shelf = Shelf(overlays)


def active_overlays(rows: Iterable[OverlayRow]) -> Overlays:
    """The enabled rows as frozen values, in order. A row that does not work is left out, unless it protects."""
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    made = [active_overlay(row, backends[row.pk]) for row in enabled]
    return Overlays(tuple(overlay for overlay in made if overlay.backend is not None or overlay.protects))


def active_overlay(row: OverlayRow, backend: Overlay | None) -> ActiveOverlay:
    """The row as requests use it; without a backend when something about it is wrong."""
    protects = row.protects or (backend is not None and backend.protects)
    try:
        return ActiveOverlay(row.name, scope_of(row), backend, protects)
    except PatternError as error:
        logger.error("Overlay “%s” does not work: %s", row.name, error)
        return ActiveOverlay(row.name, EVERYTHING, None, protects)


def scope_of(row: OverlayRow) -> Scope:
    """Raises `PatternError` when the row's pattern is not a regular expression."""
    return Scope(
        pattern=compiled(row.identifier_pattern) if row.identifier_pattern else None,
        min_width=row.min_width or 1,
        min_height=row.min_height or 1,
        max_width=row.max_width,
        max_height=row.max_height,
    )
