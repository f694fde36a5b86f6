"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from iiifserver.iiif.values import ApiVersion
from iiifserver.patterns import Pattern, PatternError, compiled
from iiifserver.shelf import Shelf

from .applied import NOTHING, ActiveOverlay, Applied, Covering, showing
from .base import Answer, Cover, Overlay, Writing, fingerprint_of
from .registry import overlays
from .scope import EVERYTHING, Audience, RegionKind, Scope, folded

if TYPE_CHECKING:
    from .models import Overlay as OverlayRow

logger = logging.getLogger("iiifserver.overlays")

ANY_CASE_ANY_LINE = "(?is)"
"""In front of a pattern: letters stand for capitals too, and a dot for the end of a line."""


@dataclass(frozen=True)
class Overlays:
    """All overlays in their order."""

    active: tuple[ActiveOverlay, ...] = ()
    protections: str = ""
    """Differs whenever a row that protects does."""

    @cached_property
    def depends_on_visitor(self) -> bool:
        """Whether it matters to any of them who asks."""
        return any(overlay.depends_on_visitor for overlay in self.active)

    @cached_property
    def field_names(self) -> frozenset[str]:
        """What they show of what images say of themselves."""
        return frozenset(name for one in self.active if one.backend is not None for name in one.backend.field_names)

    @cached_property
    def _of_one_image(self) -> Mapping[str, tuple[int, ...]]:
        """For each identifier that a row names, however it is spelled, the places of such rows: there may be one for
        each of many images.
        """
        places: dict[str, list[int]] = {}
        for place, overlay in enumerate(self.active):
            if overlay.scope.identifier:
                places.setdefault(folded(overlay.scope.identifier), []).append(place)
        return {identifier: tuple(found) for identifier, found in places.items()}

    @cached_property
    def _of_many_images(self) -> tuple[int, ...]:
        return tuple(place for place, overlay in enumerate(self.active) if not overlay.scope.identifier)

    def of_image(self, identifier: str, source: str) -> list[ActiveOverlay]:
        """Those for this image, to whomever it is shown and in whatever size."""
        places = sorted((*self._of_many_images, *self._of_one_image.get(folded(identifier), ())))
        candidates = (self.active[place] for place in places)
        return [overlay for overlay in candidates if overlay.scope.has_image(identifier, source)]

    def applying(self, answer: Answer) -> Applied:
        """Those for this answer that can be drawn now; one that cannot is left out.

        Raises `ProtectionMissing` when one that protects cannot be drawn.
        """
        if not self.active:
            return NOTHING
        concerned = self.of_image(answer.identifier.value, answer.source)
        wanted = [overlay for overlay in concerned if overlay.scope.has(answer) and overlay.ready() is not None]
        drawn = tuple(overlay for overlay in wanted if not isinstance(overlay.backend, Cover | Writing))
        return Applied(
            answer=answer,
            drawn=drawn,
            coverings=tuple(coverings(wanted, answer)),
            writings=tuple(writings(wanted)) if answer.is_whole else (),
            depends_on_visitor=any(overlay.depends_on_visitor for overlay in concerned),
            depends_on_day=any(overlay.depends_on_day for overlay in concerned),
        )

    def without(self, is_unwanted: Callable[[ActiveOverlay], bool]) -> Overlays:
        """The same without some of them."""
        return Overlays(tuple(overlay for overlay in self.active if not is_unwanted(overlay)), self.protections)


def coverings(wanted: Iterable[ActiveOverlay], answer: Answer) -> Iterable[Covering]:
    """The covers with the shapes that show in the answer; raises `ProtectionMissing` when one cannot tell."""
    for overlay in wanted:
        if isinstance(overlay.backend, Cover):
            shapes = showing(overlay.backend, answer)
            if shapes:
                yield Covering(overlay.backend, shapes)


def writings(wanted: Iterable[ActiveOverlay]) -> Iterable[Writing]:
    return (overlay.backend for overlay in wanted if isinstance(overlay.backend, Writing))


shelf = Shelf(overlays)


def active_overlays(rows: Iterable[OverlayRow]) -> Overlays:
    """The enabled rows as frozen values, in order. A row that does not work is left out, unless it protects."""
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    made = [active_overlay(row, backends[row.pk]) for row in enabled]
    kept = tuple(overlay for overlay in made if overlay.backend is not None or overlay.protects)
    return Overlays(kept, fingerprint_of([state_of(row) for row in enabled if row.protects]))


def state_of(row: OverlayRow) -> tuple[object, ...]:
    """All that a row says."""
    return tuple(field.value_from_object(row) for field in row._meta.concrete_fields)


def active_overlay(row: OverlayRow, backend: Overlay | None) -> ActiveOverlay:
    """The row as requests use it; without a backend when something about it is wrong."""
    always = row.protects or (backend is not None and backend.protects)
    must_be_drawn = always or row.on_failure == row.OnFailure.REFUSE
    try:
        scope = image_scope_of(row, is_wide=True) if always else scope_of(row)
        return ActiveOverlay(row.name, scope, backend, must_be_drawn)
    except (PatternError, ValueError) as error:
        logger.error("Overlay “%s” does not work: %s", row.name, error)
        return ActiveOverlay(row.name, EVERYTHING, None, must_be_drawn)


def scope_of(row: OverlayRow) -> Scope:
    """Raises `PatternError` when the row's pattern is not a regular expression, `ValueError` for an unknown choice."""
    return replace(
        image_scope_of(row, is_wide=False),
        min_width=row.min_width or 1,
        min_height=row.min_height or 1,
        max_width=row.max_width,
        max_height=row.max_height,
        region=RegionKind(row.region_kind),
        version=ApiVersion(row.api_version) if row.api_version else None,
    )


def image_scope_of(row: OverlayRow, *, is_wide: bool) -> Scope:
    """The conditions that a protection may have: whoever gets around them must not do so by another size or region,
    nor, where it is wide, by another spelling of the identifier.
    """
    return Scope(
        is_wide=is_wide,
        identifier=row.identifier,
        pattern=pattern_of(row, is_wide=is_wide),
        source=row.source.name if row.source else "",
        audience=Audience(row.audience),
        groups=frozenset(row.groups),
        first_day=row.first_day,
        last_day=row.last_day,
    )


def pattern_of(row: OverlayRow, *, is_wide: bool) -> Pattern | None:
    if not row.identifier_pattern:
        return None
    return compiled(ANY_CASE_ANY_LINE + row.identifier_pattern if is_wide else row.identifier_pattern)
