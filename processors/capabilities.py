"""What a kind of processor says of itself: what it can do beyond reading, and which libraries it stands on."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec


class Feature(enum.Enum):
    """Something that a processor does better than decoding the whole image. The value is the word for staff."""

    REGIONS = "regions"
    REDUCTIONS = "smaller sizes"
    PAGES = "pages"
    TIMES = "moments of a film"
    STORED_TILES = "stored tiles"


EXPLANATIONS = {
    Feature.REGIONS: "reads only what a request touches",
    Feature.REDUCTIONS: "decodes no more than the size that is asked for needs",
    Feature.PAGES: "a page can be named behind the identifier",
    Feature.TIMES: "a time can be named behind the identifier",
    Feature.STORED_TILES: "hands a tile out as it is stored",
}
"""What each feature spares or brings."""


@dataclass(frozen=True, slots=True)
class Library:
    """Something to install that a processor needs for all of its formats or for some."""

    module: str
    """The name that is imported."""
    install: str
    """The line that brings it."""
    formats: frozenset[str] | None = None
    """The formats that need it; `None` where all do."""

    @property
    def is_there(self) -> bool:
        return is_installed(self.module)

    def is_needed_for(self, format_name: str) -> bool:
        return self.formats is None or format_name in self.formats


@cache
def is_installed(module: str) -> bool:
    """Whether Python finds a module of that name. It is not loaded. What is installed later shows after a restart."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        # Of a module in a package the package is looked for first.
        return False
