"""Which answers an overlay is for. Decided from plain values."""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from iiifserver.iiif.values import ApiVersion, Extent
from iiifserver.iiif.visitor import Visitor
from iiifserver.patterns import Pattern

from .base import Answer


class Audience(enum.Enum):
    """Who asks; the label is what staff choose."""

    EVERYBODY = "everybody"
    STRANGERS = "strangers"
    SIGNED_IN = "signed in"
    MEMBERS = "members"
    OTHERS = "others"

    @property
    def label(self) -> str:
        return AUDIENCE_LABELS[self]

    @property
    def names_groups(self) -> bool:
        return self in {Audience.MEMBERS, Audience.OTHERS}

    def has(self, visitor: Visitor, groups: frozenset[str]) -> bool:
        """Whether the visitor belongs to it."""
        match self:
            case Audience.EVERYBODY:
                return True
            case Audience.STRANGERS:
                return not visitor.is_signed_in
            case Audience.SIGNED_IN:
                return visitor.is_signed_in
            case Audience.MEMBERS:
                return not groups.isdisjoint(visitor.groups)
            case Audience.OTHERS:
                return groups.isdisjoint(visitor.groups)


AUDIENCE_LABELS = {
    Audience.EVERYBODY: "everybody",
    Audience.STRANGERS: "visitors who have not signed in",
    Audience.SIGNED_IN: "visitors who have signed in",
    Audience.MEMBERS: "members of these groups",
    Audience.OTHERS: "everybody but members of these groups",
}


class RegionKind(enum.Enum):
    """How much of an image is asked for; the label is what staff choose."""

    ANY = "any"
    WHOLE = "whole"
    NO_TILES = "no tiles"

    @property
    def label(self) -> str:
        return REGION_LABELS[self]

    def has(self, answer: Answer) -> bool:
        match self:
            case RegionKind.ANY:
                return True
            case RegionKind.WHOLE:
                return answer.is_whole
            case RegionKind.NO_TILES:
                return not answer.is_tile


REGION_LABELS = {
    RegionKind.ANY: "any part of the image",
    RegionKind.WHOLE: "the whole image only",
    RegionKind.NO_TILES: "anything but the tiles of a viewer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which answers an overlay is for: those that every condition lets through."""

    identifier: str = ""
    """Of the only image; empty for every identifier that fits the pattern."""
    pattern: Pattern | None = None
    """`None` for every identifier."""
    source: str = ""
    """The name of the only source; empty for all."""
    audience: Audience = Audience.EVERYBODY
    groups: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    min_width: int = 1
    min_height: int = 1
    max_width: int | None = None
    max_height: int | None = None
    region: RegionKind = RegionKind.ANY
    version: ApiVersion | None = None
    """`None` for every version of the Image API."""
    is_wide: bool = False
    """Whether it is for every identifier that a storage may take for one that fits; see `folded`."""

    def has(self, answer: Answer) -> bool:
        """Whether the overlay is for this answer."""
        return (
            self.has_image(answer.identifier.value, answer.source)
            and self.audience.has(answer.visitor, self.groups)
            and self.has_day(answer.day)
            and self.version in {None, answer.version}
            and self.has_size(answer.output)
            and self.region.has(answer)
        )

    def has_image(self, identifier: str, source: str) -> bool:
        """Whether it is for this image, to whomever it is shown."""
        spellings = (identifier, folded(identifier)) if self.is_wide else (identifier,)
        return (
            self.source in {"", source}
            and any(self._names(spelling) for spelling in spellings)
            and (self.pattern is None or any(self.pattern.fits(spelling) for spelling in spellings))
        )

    def _names(self, spelling: str) -> bool:
        return self.identifier in {"", spelling} or (self.is_wide and folded(self.identifier) == spelling)

    def has_day(self, day: date) -> bool:
        """Whether the day is neither before the first nor after the last."""
        return (self.first_day or day) <= day <= (self.last_day or day)

    def has_size(self, output: Extent) -> bool:
        """Whether neither edge of the output is below its minimum or above its maximum."""
        return (
            self.min_width <= output.width <= (self.max_width or output.width)
            and self.min_height <= output.height <= (self.max_height or output.height)
        )  # fmt: skip

    @property
    def depends_on_visitor(self) -> bool:
        return self.audience is not Audience.EVERYBODY

    @property
    def depends_on_day(self) -> bool:
        return self.first_day is not None or self.last_day is not None


EVERYTHING = Scope()


@lru_cache(maxsize=2000)
def folded(identifier: str) -> str:
    """One spelling for all that file servers take for the same name: capital and small letters, accents written in two
    ways, backslashes, and dots and blanks at the end of a step.
    """
    composed = unicodedata.normalize("NFC", identifier).casefold().replace("\\", "/")
    return "/".join(step.rstrip(". ") for step in composed.split("/"))
