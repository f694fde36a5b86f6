"""The overlays of one answer: what is covered, drawn and written."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import TryAgainLater
from iiifserver.iiif.redaction import Shape, View, level_view, scaled_view, touches
from iiifserver.iiif.values import Box, Extent

from .base import Answer, Cover, Overlay, Words, Writing
from .boxes import HiddenBoxes
from .covering import covered
from .scope import EVERYTHING, Scope
from .site_marks import site_mark

logger = logging.getLogger("iiifserver.overlays")

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


def showing(cover: Cover, answer: Answer) -> tuple[Shape, ...]:
    view, size = view_of(answer), stored_size(answer)
    try:
        return tuple(shape for shape in cover.shapes(answer) if touches(shape, view, size))
    except Exception as error:
        logger.exception("An image is refused: what covers a part of it failed.")
        raise ProtectionMissing(CLOSED) from error
