"""A page of an image as the source doctor sees it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iiifserver.iiif.values import SourceFacts
from processors.pyramid_recipe import decoded_pixels, reason_for

from .rules import WORTH_PIXELS

if TYPE_CHECKING:
    from processors.runtime import SourceImage

FAR_AWAY = "It comes from another machine, which answers slowly: a working copy is on this server's own disk."
WITHOUT_REASON = "Nothing about the file is slow. Perhaps the server has too much to do at times, or its disk is slow."


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A page of an image as somebody asked for it."""

    identifier: str
    page: int
    version: str
    source: str
    facts: SourceFacts
    is_far: bool = False
    """Whether its bytes come from another machine."""

    @property
    def reason(self) -> str:
        """Why it is slow, in a sentence for staff."""
        if decoded_pixels(self.facts) >= WORTH_PIXELS:
            return reason_for(self.facts)
        return FAR_AWAY if self.is_far else WITHOUT_REASON


def examined(source: SourceImage, identifier: str, page: int) -> Examined:
    return Examined(
        identifier=identifier,
        page=page,
        version=source.found.version,
        source=source.found.source,
        facts=source.original_facts,
        is_far=source.found.is_far,
    )
