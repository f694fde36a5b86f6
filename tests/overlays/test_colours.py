from __future__ import annotations

import pytest

from overlays.colours import rgba


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("white", (255, 255, 255, 255)),
        ("Red", (255, 0, 0, 255)),
        ("transparent", (0, 0, 0, 0)),
        ("#fff", (255, 255, 255, 255)),
        ("#0f08", (0, 255, 0, 136)),
        ("#102030", (16, 32, 48, 255)),
        ("#10203040", (16, 32, 48, 64)),
        ("rgb(1, 2, 3)", (1, 2, 3, 255)),
        ("rgb(1 2 3 / 50%)", (1, 2, 3, 128)),
        ("rgba(0,0,0,0.4)", (0, 0, 0, 102)),
        ("rgba(0, 0, 0, .5)", (0, 0, 0, 128)),
        ("rgba(9, 8, 7, 1)", (9, 8, 7, 255)),
        ("rgba(9, 8, 7, 0)", (9, 8, 7, 0)),
        (" hsl(120, 100%, 50%) ", (0, 255, 0, 255)),
    ],
)
def test_css_colours_are_known(text, colour):
    assert rgba(text) == colour


@pytest.mark.parametrize(
    "text",
    ["", "wite", "#ff", "#ggg", "rgb(1,2)", "rgb(256,0,0)", "rgba(0,0,0,100)", "rgba(0,0,0,1.5)", "red;", "rgb(" * 99],
)
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="is not a colour: write a name such as white"):
        rgba(text)


def test_the_sentence_does_not_repeat_a_long_text():
    with pytest.raises(ValueError, match="is not a colour") as caught:
        rgba("x" * 100_000)
    assert len(str(caught.value)) < 300
