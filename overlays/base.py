"""What an overlay is. Free of Django at run time."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from PIL import Image

from iiifserver.backend import Backend
from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.metadata import Fields
from iiifserver.iiif.pyramid import is_tile
from iiifserver.iiif.redaction import Shape
from iiifserver.iiif.values import ApiVersion, Extent, Identifier, Quality, RenderPlan, SizeRules, SourceFacts
from iiifserver.iiif.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer that is being made: what rules look at, and what is drawn on."""

    identifier: Identifier
    facts: SourceFacts
    plan: RenderPlan
    source: str = ""
    """The name of the source that has the image."""
    version: ApiVersion = ApiVersion.V3
    visitor: Visitor = Visitor()
    day: date = field(default_factory=date.today)
    rules: SizeRules = SizeRules()
    fields: Fields = field(default_factory=dict, compare=False, repr=False)
    """What the image says of itself, of the fields that overlays ask for."""

    @property
    def quality(self) -> Quality:
        return self.plan.quality

    @property
    def output(self) -> Extent:
        """The size of the answer, rotation included."""
        return rotated_extent(self.plan.size, self.plan.rotation)

    @property
    def is_whole(self) -> bool:
        """Whether the region is all of the image."""
        return self.plan.box.extent == self.facts.extent

    @property
    def is_tile(self) -> bool:
        """Whether it is one of the tiles that info.json lists, and not all of the image."""
        return not self.is_whole and is_tile(self.plan.box, self.plan.size, self.facts, self.rules)


class Overlay(Backend, ABC):
    """Draws on finished pictures: after rotation and quality, before they are encoded. Used by many threads at once."""

    known = (*Backend.known, "fingerprint")
    protects: ClassVar[bool] = False
    """Whether what it applies to may not be shown without it: then an overlay that cannot work closes it."""
    fingerprint: str
    """Differs whenever what is drawn differs: by the options, and by the bytes of pictures and fonts."""
    depends_on_visitor: bool = False
    """Whether what is drawn differs between visitors."""
    depends_on_day: bool = False
    """Whether what is drawn differs between days."""
    field_names: frozenset[str] = frozenset()
    """What is shown of what images say of themselves, such as `exif:Artist`."""

    def is_ready(self) -> bool:
        """Whether it can be drawn now. Asked once for each picture, before the fingerprint is used."""
        return True

    def fingerprint_for(self, answer: Answer) -> str:
        """The fingerprint of what is drawn on this answer, where that differs between answers of equal pixels."""
        return self.fingerprint

    @abstractmethod
    def draw(self, image: Image.Image, answer: Answer) -> Image.Image:
        """The picture with the overlay: the given one, drawn on, or another in a mode that can hold the colours.

        The picture is L, LA, RGB or RGBA. In the qualities gray and bitonal it stays what it is: colours become gray,
        and in bitonal black or white. A picture that happens to be gray in another quality turns to colour when
        something coloured is drawn.
        """


class Cover(Overlay, ABC):
    """Hides a part of images: neither a pixel of it is in any answer, nor anything that was made from one.

    What it says is painted over the pixels that were read, before they are scaled, and once more after.
    """

    protects = True

    @abstractmethod
    def shapes(self, answer: Answer) -> tuple[Shape, ...]:
        """What is hidden on this page of the image."""

    @abstractmethod
    def paint(self, size: Extent, seed: int) -> Image.Image | None:
        """A texture to fill a shape with, in any size, RGB; `None` for the plain `colour`. It may know nothing of the
        picture that it hides. The seed tells shapes apart.
        """

    @property
    @abstractmethod
    def colour(self) -> tuple[int, int, int]:
        """Red, green and blue of what hides."""

    @property
    def is_smooth(self) -> bool:
        """Whether the texture is stretched smoothly, not in squares."""
        return False

    def draw(self, image: Image.Image, answer: Answer) -> Image.Image:
        """Nothing is left to draw: what it hides was painted over long before."""
        return image


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is written into an answer besides its pixels; empty texts leave what is there."""

    keep: str
    """What of the file's own words stays: `nothing`, `rights`, `all`; empty where that is left to the settings."""
    copyright_notice: str
    credit: str
    source: str


class Writing(Overlay, ABC):
    """Says something in words, in answers that show the whole image."""

    @abstractmethod
    def words(self, answer: Answer) -> Words:
        """What is written into this answer."""

    def draw(self, image: Image.Image, answer: Answer) -> Image.Image:
        """The pixels stay as they are."""
        return image


def fingerprint_of(*parts: object) -> str:
    """32 hexadecimal digits that differ when any part is written differently."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
