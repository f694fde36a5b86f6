from __future__ import annotations

import pytest

from overlays.directions import direction_of, directions_in, in_visual_order

ALEF, BET = "\N{HEBREW LETTER ALEF}", "\N{HEBREW LETTER BET}"


def ways(line):
    return "".join(way[0] for way in directions_in(line))


@pytest.mark.parametrize(
    ("line", "direction"), [("abc", "ltr"), (f"1 {ALEF}", "rtl"), ("12", "ltr"), ("", "ltr"), (f"a{ALEF}", "ltr")]
)
def test_the_first_letter_says_where_a_line_begins(line, direction):
    assert direction_of(line) == direction


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ab 1", "llll"),
        (f"a {ALEF} {BET}", "llrrr"),
        (f"a {ALEF} 1", "llrrr"),
        (f"{ALEF} a b", "rrlll"),
        (f"{ALEF} a!", "rrlr"),
        (f"a {ALEF} b", "lll"[:2] + "r" + "ll"),
        (f"a {ALEF} ({BET})", "llrrrrr"),
        (f"a ({BET})", "lllrl"),
        (f"{ALEF} (a)", "rrrlr"),
        ("a)(", "lll"),
    ],
)
def test_what_stands_between_letters_goes_with_them_or_with_the_line(line, expected):
    assert ways(line) == expected


@pytest.mark.parametrize(
    ("pieces", "base", "order"),
    [
        ("a1 b2", "ltr", "12"),
        ("L1 R2 R3 L4", "ltr", "1324"),
        ("R1 L2 L3 R4", "rtl", "4231"),
        ("R1 R2", "rtl", "21"),
    ],
)
def test_pieces_stand_side_by_side_from_the_left(pieces, base, order):
    ways_of = {"L": "ltr", "R": "rtl"}
    given = [(piece[1], ways_of.get(piece[0], "ltr")) for piece in pieces.split()]
    assert "".join(in_visual_order(given, base)) == order
