"""The four images that every viewer opens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from iiifserver.testing.drawing import drawn


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the server, by its identifier."""

    name: str
    identifier: str
    width: int
    height: int

    @property
    def segment(self) -> str:
        """The identifier as it stands in an address."""
        return quote(self.identifier, safe="")


PYRAMID = Picture("pyramid", "deep-zoom.tif", 9000, 6000)
"""One of the samples: a pyramid of tiles."""
SMALL = Picture("small", "smaller-than-a-tile.png", 80, 60)
STRIP = Picture("strip", "strip.jpg", 20_000, 50)
SLASH = Picture("slash", "shelf 3/scan.jpg", 1500, 1100)
PICTURES = (PYRAMID, SMALL, STRIP, SLASH)


def draw_pictures(folder: Path) -> None:
    """Draws all but the sample below the folder of a source, where they are missing."""
    for picture in (SMALL, STRIP, SLASH):
        path = folder / picture.identifier
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            drawn(picture.width, picture.height).save(path)
