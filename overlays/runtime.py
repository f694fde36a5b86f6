"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import TryAgainLater
from iiifserver.iiif.redaction import Shape, View, level_view, scaled_view, touches
from iiifserver.iiif.values import ApiVersion, Box, Extent
from iiifserver.patterns import Pattern, PatternError, compiled
from iiifserver.shelf import Shelf

from .base import Answer, Cover, Overlay, Words, Writing, fingerprint_of
from .boxes import HiddenBoxes
from .covering import covered
from .registry import overlays
from .scope import EVERYTHING, Audience, RegionKind, Scope, folded
from .site_marks import site_mark

if TYPE_CHECKING:
    from .models import Overlay as OverlayRow

logger = logging.getLogger("iiifserver.overlays")

ANY_CASE_ANY_LINE = "(?is)"
"""In front of a pattern: letters stand for capitals too, and a dot for the end of a line."""

SIDEWAYS = frozenset({5, 6, 7, 8})
"""The EXIF orientations that lay an image on its side."""


class ProtectionMissing(TryAgainLater):
    """What must be on this image, or cover a part of it, cannot be drawn, so the image is not shown."""


CLOSED = "What protects this image does not work at present."


@dataclass(frozen=True, slots=True)
class ActiveOverlay:
    """An overlay as requests use it."""

    name: str
    scope: Scope
    backend: Overlay | None
    """`None` where a row that protects could not be built: what it is for is closed."""
    protects: bool = False
    """Whether nothing that it is for is shown without it."""

    def ready(self) -> Overlay | None:
        """The backend, or `None` when the picture is to be shown without it; raises `ProtectionMissing`."""
        if self.backend is not None and self.backend.is_ready():
            return self.backend
        if self.protects:
            logger.error("An image is refused: the overlay “%s” protects it and does not work.", self.name)
            raise ProtectionMissing(CLOSED)
        return None

    @property
    def depends_on_visitor(self) -> bool:
        return self.scope.depends_on_visitor or (self.backend is not None and self.backend.depends_on_visitor)

    @property
    def depends_on_day(self) -> bool:
        return self.scope.depends_on_day or (self.backend is not None and self.backend.depends_on_day)


@dataclass(frozen=True, slots=True)
class Covering:
    """A cover and those of its shapes that show in an answer."""

    cover: Cover
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The overlays of one answer, in the order in which they are drawn."""

    answer: Answer | None = None
    """`None` where there is nothing to draw."""
    drawn: tuple[ActiveOverlay, ...] = ()
    coverings: tuple[Covering, ...] = ()
    writings: tuple[Writing, ...] = ()
    """What is written into the answer besides its pixels; the last goes before the others."""
    depends_on_visitor: bool = False
    """Whether somebody else, asking for the same, may get other pixels."""
    depends_on_day: bool = False
    """Whether another day may bring other pixels, though neither the image nor a setting has changed."""

    @property
    def is_empty(self) -> bool:
        """Whether the pixels are left as they are."""
        return not (self.drawn or self.coverings)

    @property
    def may_change_by_itself(self) -> bool:
        """Whether the same request may get other pixels though neither the image nor a setting has changed."""
        return self.depends_on_visitor or self.depends_on_day

    @property
    def backends(self) -> tuple[Overlay, ...]:
        """What is drawn on the finished picture."""
        return tuple(overlay.backend for overlay in self.drawn if overlay.backend is not None)

    def hiding(self, boxes: tuple[Box, ...], answer: Answer) -> Applied:
        """The same with these boxes covered too, in pixels of the whole image."""
        cover = HiddenBoxes(boxes)
        shapes = showing(cover, answer)
        more = (Covering(cover, shapes),) if shapes else ()
        return replace(self, answer=answer, coverings=(*self.coverings, *more))

    def marked(self, wish: Mapping[str, Any], answer: Answer, *, is_required: bool) -> Applied:
        """The same with what the site's own code wishes drawn on top of it; see `site_marks`.

        A wish that cannot be fulfilled is left out, unless the site requires it: `ProtectionMissing`.
        """
        try:
            mark = site_mark(wish)
        except BackendError as error:
            logger.error("The overlay that the delegate wishes cannot be drawn: %s", error)
            if is_required:
                raise ProtectionMissing(CLOSED) from error
            return self
        drawn = ActiveOverlay("of the delegate", EVERYTHING, mark, is_required)
        return replace(self, answer=answer, drawn=(*self.drawn, drawn))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells this answer apart from those with other overlays."""
        if self.answer is None:
            return ()
        covers = tuple(covering.cover.fingerprint_for(self.answer) for covering in self.coverings)
        others = (*self.backends, *self.writings)
        return (*covers, *(backend.fingerprint_for(self.answer) for backend in others))

    @property
    def words(self) -> tuple[Words, ...]:
        """What the rules write into the answer, in their order."""
        return tuple(writing.words(self.answer) for writing in self.writings) if self.answer else ()

    def cover_read(self, image: Image.Image, window: tuple[float, float, float, float]) -> Image.Image:
        """The pixels that a processor has read, with nothing in them that is hidden; raises `ProtectionMissing`."""
        if self.answer is None or not self.coverings:
            return image
        facts, plan = self.answer.facts, self.answer.plan
        return self._covered(image, level_view(facts.extent, facts.orientation, plan.box, window), is_last=False)

    def cover_scaled(self, image: Image.Image) -> Image.Image:
        """The same at its size, before it is set upright, with the edges of what is hidden covered too."""
        if self.answer is None or not self.coverings:
            return image
        return self._covered(image, view_of(self.answer), is_last=True)

    def _covered(self, image: Image.Image, view: View, *, is_last: bool) -> Image.Image:
        try:
            for covering in self.coverings:
                image = covered(image, covering.cover, covering.shapes, view, plain=not is_last)
        except Exception as error:
            logger.exception("An image is refused: what covers a part of it failed.")
            raise ProtectionMissing(CLOSED) from error
        return image

    def draw(self, image: Image.Image) -> Image.Image:
        """The finished picture with every overlay on it, one above the other; the given one is left as it was.

        One that fails is left out, unless its rule refuses the image then: `ProtectionMissing`.
        """
        result = image.copy() if self.drawn else image
        for overlay in self.drawn:
            result = self._drawn(result, overlay)
        return result

    def _drawn(self, image: Image.Image, overlay: ActiveOverlay) -> Image.Image:
        assert self.answer is not None  # noqa: S101 - where something is drawn there is an answer
        assert overlay.backend is not None  # noqa: S101 - `applying` sees to it
        try:
            return overlay.backend.draw(image, self.answer)
        except Exception as error:
            logger.exception("The overlay “%s” could not be drawn.", overlay.name)
            if overlay.protects:
                raise ProtectionMissing(CLOSED) from error
            return image


NOTHING = Applied()


def view_of(answer: Answer) -> View:
    """The answer at its size, before it is set upright."""
    facts, plan = answer.facts, answer.plan
    return scaled_view(facts.extent, facts.orientation, plan.box, stored_size(answer))


def stored_size(answer: Answer) -> Extent:
    size = answer.plan.size
    return size.turned() if answer.facts.orientation in SIDEWAYS else size


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


def showing(cover: Cover, answer: Answer) -> tuple[Shape, ...]:
    view, size = view_of(answer), stored_size(answer)
    try:
        return tuple(shape for shape in cover.shapes(answer) if touches(shape, view, size))
    except Exception as error:
        logger.exception("An image is refused: what covers a part of it failed.")
        raise ProtectionMissing(CLOSED) from error


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
