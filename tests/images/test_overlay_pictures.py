"""Whole answers with overlays on them, held against pictures that were drawn with Pillow alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from images.runtime import keeper
from overlays.models import Overlay
from tests.overlays.conftest import red, storage  # noqa: F401 - fixtures

SIZE = (240, 160)
GROUND, RED, SPOT = (90, 120, 150), (255, 0, 0), (40, 20)
CORNERS = {
    "top left": (6, 6), "top center": (100, 6), "top right": (194, 6),
    "left center": (6, 70), "center": (100, 70), "right center": (194, 70),
    "bottom left": (6, 134), "bottom center": (100, 134), "bottom right": (194, 134),
}  # fmt: skip
"""Of a mark of that spot's size, six pixels from the edges."""
ALIKE = 1.0
"""The mean distance of two pictures' pixels, of 255: what a codec does, and less than a mark beside its place."""


@pytest.fixture
def shown(service):
    """The answer to a request, with one row and without any."""
    service.draw("ground.png", ground())

    def ask(parameters="full/max/0/default.png", **values):
        Overlay.objects.all().delete()
        if values:
            Overlay.objects.create(name="Row", position=1, **values)
        keeper.forget()
        return service.image(parameters, "ground.png").convert("RGB")

    return ask


@pytest.fixture
def picture_row(red):  # noqa: F811 - the fixture above
    """The values of a row that draws a red mark."""

    def values(row=None, **options):
        return {"kind": "picture", "options": {"picture": red, "inset": 6, **options}, **(row or {})}

    return values


def ground():
    """Two shades, so that what is turned or cut wrongly shows."""
    image = Image.new("RGB", SIZE, GROUND)
    image.paste((60, 90, 120), (0, 0, SIZE[0] // 3, SIZE[1] // 2))
    return image


def marked(*corners, spot=SPOT):
    image = ground()
    for x, y in corners:
        image.paste(RED, (x, y, x + spot[0], y + spot[1]))
    return image


def distance(one, other):
    assert one.size == other.size
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def changed(before, after):
    return ImageChops.difference(before, after).getbbox()


@pytest.mark.parametrize("extension", ["png", "jpg"])
@pytest.mark.parametrize("position", CORNERS)
def test_a_picture_lies_in_its_place(shown, picture_row, position, extension):
    answer = shown(f"full/max/0/default.{extension}", **picture_row(position=position))
    far = [other for other in CORNERS if other != position]
    assert distance(answer, marked(CORNERS[position])) < ALIKE
    assert min(distance(answer, marked(CORNERS[other])) for other in far) > 5 * ALIKE


@pytest.mark.parametrize("position", CORNERS)
def test_a_picture_on_the_image_goes_with_it(shown, picture_row, position):
    """Half the size, upside down: what lay in one corner lies in the other, at half its size."""
    answer = shown("full/120,/180/default.png", **picture_row(position=position, anchor="image"))
    expected = marked(CORNERS[position]).resize((120, 80), Image.Resampling.BOX).transpose(Image.Transpose.ROTATE_180)
    assert distance(answer, expected) < 2 * ALIKE


def test_a_picture_repeats_from_the_corner(shown, picture_row):
    answer = shown(**picture_row(position="repeat", spacing=10))
    corners = [(x, y) for x in range(0, 240, 50) for y in range(0, 160, 30)]
    assert distance(answer, marked(*corners)) < ALIKE


def test_a_picture_lies_where_it_was_drawn(shown, picture_row):
    answer = shown(**picture_row(position="free", left_percent=25, top_percent=50))
    assert distance(answer, marked((60, 80))) < ALIKE


def test_a_picture_is_scaled_to_its_share(shown, picture_row):
    answer = shown(**picture_row(position="top left", width_percent=50))
    assert distance(answer, marked((6, 6), spot=(120, 60))) < ALIKE


def test_a_picture_lets_through_as_much_as_it_should(shown, picture_row):
    answer = shown(**picture_row(position="center", opacity_percent=50))
    assert distance(answer, Image.blend(ground(), marked(CORNERS["center"]), 0.5)) < ALIKE


def built_in(size):
    """The font of texts without another, its letters as close as their shapes ask for."""
    return ImageFont.load_default(size).font_variant(layout_engine=ImageFont.Layout.RAQM)


def lettered(position, text="HILT", size=40):
    """The text alone, its letters' own box in the place."""
    font = built_in(size)
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    width, height = int(right - left), int(bottom - top)
    words = [word for word in ("left", "right", "top", "bottom") if word in position]
    x = 6 if "left" in words else SIZE[0] - 6 - width if "right" in words else (SIZE[0] - width) // 2
    y = 6 if "top" in words else SIZE[1] - 6 - height if "bottom" in words else (SIZE[1] - height) // 2
    image = ground()
    ImageDraw.Draw(image).text((x - left, y - top), text, RED, font, anchor="ls")
    return image


@pytest.mark.parametrize("position", CORNERS)
def test_a_text_lies_in_its_place(shown, position):
    options = {"text": "HILT", "size": 40, "position": position, "inset": 6, "colour": "#f00", "stroke_width": 0}
    answer = shown(kind="text", options=options)
    assert distance(answer, lettered(position)) < ALIKE
    assert min(distance(answer, lettered(other)) for other in CORNERS if other != position) > 3 * ALIKE


def test_a_text_has_its_veil(shown):
    options = {"text": "HILT", "size": 40, "position": "top left", "inset": 0, "colour": "#f00", "stroke_width": 0}
    answer = shown(kind="text", options={**options, "background": "#ff0000", "padding": 4})
    font = built_in(40)
    left, top, right, bottom = font.getbbox("HILT", anchor="ls")
    expected = ground()
    expected.paste(RED, (0, 0, int(right - left) + 8, int(bottom - top) + 8))
    assert distance(answer, expected) < ALIKE


HIDDEN = {
    "a box": ("60,40,80,50", [(60, 40), (140, 40), (140, 90), (60, 90)]),
    "a box in percent": ("pct:25,25,50,50", [(60, 40), (180, 40), (180, 120), (60, 120)]),
    "a polygon": ("polygon:120,20 220,140 20,140", [(120, 20), (220, 140), (20, 140)]),
    "a polygon in percent": ("pct-polygon:0,0 50,0 0,100", [(0, 0), (120, 0), (0, 160)]),
}


@pytest.mark.parametrize(("shapes", "corners"), HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("look", ["filled", "mosaic", "cloud"])
def test_what_is_hidden_is_covered_and_nothing_else(shown, shapes, corners, look):
    before = shown()
    answer = shown(kind="redaction", options={"shapes": shapes, "look": look, "colour": "#00f000"})
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    inside = np.asarray(mask) > 0
    painted, ground_pixels = np.asarray(answer, float), np.asarray(before, float)
    spread = 1 if look == "filled" else 60
    assert np.abs(painted[inside] - (0, 240, 0)).max() <= spread
    grown = np.asarray(mask.filter(ImageFilter.MaxFilter(13))) > 0
    assert np.abs(painted[~grown] - ground_pixels[~grown]).max() == 0


THRESHOLDS = [
    ({"min_width": 120}, "120,", "119,"),
    ({"min_height": 80}, ",80", ",79"),
    ({"max_width": 120}, "120,", "121,"),
    ({"max_height": 80}, ",80", ",81"),
    ({"min_width": 100, "max_width": 120}, "110,", "99,"),
    ({"min_width": 100, "min_height": 80}, "120,80", "120,79"),
]


@pytest.mark.parametrize(("row", "drawn_at", "left_out_at"), THRESHOLDS, ids=str)
def test_a_row_is_for_answers_of_its_sizes(shown, picture_row, row, drawn_at, left_out_at):
    for size, is_drawn in ((drawn_at, True), (left_out_at, False)):
        parameters = f"full/{size}/0/default.png"
        plain, answer = shown(parameters), shown(parameters, **picture_row(row, position="top left"))
        assert changed(plain, answer) == ((6, 6, 46, 26) if is_drawn else None)


def test_a_size_is_that_after_turning(shown, picture_row):
    row = picture_row({"min_width": 160, "max_width": 160}, position="top left")
    assert changed(shown("full/max/90/default.png"), shown("full/max/90/default.png", **row)) == (6, 6, 46, 26)
    assert changed(shown(), shown(**row)) is None


@pytest.mark.parametrize(
    ("region_kind", "drawn"),
    [("any", {"full", "0,0,128,128", "square"}), ("whole", {"full"}), ("no tiles", {"full", "square"})],
)
def test_a_row_is_for_its_regions(shown, picture_row, endpoints, region_kind, drawn):
    endpoints(tile_size=128)
    for region in ("full", "0,0,128,128", "square"):
        parameters = f"{region}/max/0/default.png"
        answer = shown(parameters, **picture_row({"region_kind": region_kind}, position="top left"))
        assert (changed(shown(parameters), answer) is not None) is (region in drawn)
