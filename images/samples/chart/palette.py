"""The inks and grounds of the chart, in the order in which they are printed."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]

PAPER: Colour = (241, 232, 212)
CONTOUR: Colour = (122, 88, 62)
COAST: Colour = (58, 50, 46)
WATERLINE: Colour = (92, 124, 134)

# Height in metres and the tint of the land there.
LAND_TINTS: tuple[tuple[float, Colour], ...] = (
    (0, (216, 216, 178)),
    (180, (225, 219, 180)),
    (500, (232, 212, 166)),
    (900, (221, 190, 146)),
    (1300, (205, 172, 140)),
    (1700, (238, 230, 218)),
    (2400, (252, 250, 246)),
)

# Distance from the coast in chart units and the tint of the water there.
SEA_TINTS: tuple[tuple[float, Colour], ...] = (
    (0, (190, 210, 206)),
    (120, (206, 220, 213)),
    (320, (219, 226, 215)),
    (900, (226, 229, 215)),
)


@dataclass(frozen=True, slots=True)
class Ink:
    """One colour, printed over the whole chart at once."""

    name: str
    colour: Colour
    opacity: float = 1.0
    only_at_sea: bool = False


RHUMB = Ink("rhumb", (140, 96, 70), 0.45, only_at_sea=True)
WATER = Ink("water", (74, 112, 128))
HALO = Ink("halo", (240, 231, 206), 0.66)
PANEL = Ink("panel", PAPER)
NIGHT = Ink("night", (38, 54, 72))
BLACK = Ink("black", (56, 45, 40))
RED = Ink("red", (152, 58, 44))
GOLD = Ink("gold", (236, 218, 172))

INKS = (RHUMB, WATER, HALO, PANEL, NIGHT, BLACK, RED, GOLD)
