"""How bold letters are: from 1 to 1000 as CSS counts it, 400 for regular and 700 for bold."""

from __future__ import annotations

import re

REGULAR, BOLD = 400, 700
WEIGHTS = range(1, 1001)

NAMED = {
    100: "Thin",
    200: "Extra light",
    300: "Light",
    400: "Regular",
    500: "Medium",
    600: "Semibold",
    700: "Bold",
    800: "Extra bold",
    900: "Black",
}
"""The weights that staff choose from."""

WORDS_OF_STYLES = {
    "extralight": 200,
    "ultralight": 200,
    "semilight": 350,
    "demilight": 350,
    "extrabold": 800,
    "ultrabold": 800,
    "semibold": 600,
    "demibold": 600,
    "hairline": 100,
    "thin": 100,
    "light": 300,
    "regular": REGULAR,
    "normal": REGULAR,
    "roman": REGULAR,
    "book": REGULAR,
    "medium": 500,
    "demi": 600,
    "bold": BOLD,
    "black": 900,
    "heavy": 900,
}
"""Longer words stand before those that they hold."""


def weight_and_cut(style: str) -> tuple[int, str]:
    """The weight that the name of a style says, and what is left of it: `Condensed Bold` is 700 and `condensed`."""
    squashed = re.sub(r"[\s_-]", "", style).lower()
    for word, weight in WORDS_OF_STYLES.items():
        if word in squashed:
            return weight, squashed.replace(word, "", 1)
    return REGULAR, squashed


def distance(weight: int, wanted: int) -> tuple[int, int]:
    """How far a weight is from the wanted one, to be compared; of two equally far ones, bold wants the bolder."""
    return abs(weight - wanted), -weight if wanted > 500 else weight


def weight_of_share(share: float) -> int:
    """The weight that programs mean which count 1 for regular and 2 for bold; larger numbers are weights already."""
    if share > 10:
        return round(share)
    bolder = max(share - 1, 0)
    return round(REGULAR * min(share, 1) + (BOLD - REGULAR) * bolder)
