"""What is asked for: lists of many different paths, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

TIFF, JPEG = "deep-zoom.tif", "deep-zoom.jpg"
WIDTH, HEIGHT = 9000, 6000
TILE = 512
OFF_THE_GRID = 100
"""Pixels: each tile so shifted lies on four stored ones, none of which can be handed out as it is."""
PREFIX = "/iiif/3"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table."""

    name: str
    paths: list[str]
    makes_pictures: bool = True
    cache: str = ""
    """The kind of derivative cache that is in use; none where it is empty: every picture is made."""


def steps() -> list[Step]:
    """All that is measured over HTTP, in order."""
    return [*made_steps(), *remembered_steps()]


def made_steps() -> list[Step]:
    """What is found out or made for each request."""
    return [
        Step("info.json", [f"{PREFIX}/{name}/info.json" for name in (TIFF, JPEG)], makes_pictures=False),
        *(Step(f"tile 1:{factor}, {kind}", tiles(name, factor)) for kind, name in kinds() for factor in (1, 2)),
        Step("tile 1:1 off the grid, TIFF", tiles(TIFF, 1, shift=OFF_THE_GRID)),
        *(Step(f"thumbnail, {kind}", [f"{PREFIX}/{name}/full/200,/0/default.jpg"]) for kind, name in kinds()),
    ]


def remembered_steps() -> list[Step]:
    """Tiles of the slow file from each kind of cache, once they are in it."""
    return [Step(f"tile 1:2, JPEG, {cache} cache", tiles(JPEG, 2), cache=cache) for cache in ("filesystem", "memory")]


def kinds() -> Iterator[tuple[str, str]]:
    yield "TIFF", TIFF
    yield "JPEG", JPEG


def tiles(name: str, factor: int, shift: int = 0) -> list[str]:
    """Every whole tile of a level, in an order that is shuffled but always the same; shifted, none is a stored one."""
    edge = TILE * factor
    corners = [(x, y) for x in range(shift, WIDTH - edge + 1, edge) for y in range(shift, HEIGHT - edge + 1, edge)]
    random.Random(1).shuffle(corners)
    return [f"{PREFIX}/{name}/{x},{y},{edge},{edge}/{TILE},{TILE}/0/default.jpg" for x, y in corners]
