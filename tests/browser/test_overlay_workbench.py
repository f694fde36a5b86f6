"""Shapes and places are drawn with the mouse and from the keyboard, and the numbers in the form follow."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from PIL import Image

from tests.browser.test_pages import axe, grave_faults, open_audited, settled, sign_in  # noqa: F401 - fixtures too

pytestmark = pytest.mark.slow

IMAGE = "deep-zoom.tif"
EXTENT = (9000, 6000)


@pytest.fixture
def workbench(page, server):
    """Opens the form of a new overlay, which stays switched off, with an image beside it."""
    sign_in(page, server)

    return lambda kind: begin_overlay(page, server, kind)


def begin_overlay(page, server, kind):
    page.goto(f"{server.url}/admin/iiif_overlays/overlay/add/")
    page.get_by_label("Name").fill(f"{kind} {uuid.uuid4()}")
    page.get_by_label("Kind").select_option(kind)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Identifier of an image").fill(IMAGE)
    previewed(page, page.get_by_role("button", name="Show").click)
    return page


def previewed(page, act):
    """Does something, and waits for the preview that follows."""
    with page.expect_response(re.compile("/preview/")) as answer:
        act()
    return answer.value.json()


def stage_of(page):
    page.locator("#board-stage canvas").first.wait_for()
    page.locator("#board-stage").scroll_into_view_if_needed()
    return page.locator("#board-stage").bounding_box()


def drag(page, stage, start, end):
    page.mouse.move(stage["x"] + start[0], stage["y"] + start[1])
    page.mouse.down()
    page.mouse.move(stage["x"] + end[0], stage["y"] + end[1], steps=4)
    page.mouse.up()


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)]


@pytest.mark.parametrize("kind", ["metadata", "picture", "redaction", "text"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_workbench(server, open_audited, kind, scheme):  # noqa: F811 - the fixture above
    page = open_audited(color_scheme=scheme)
    sign_in(page, server)
    begin_overlay(page, server, kind)
    if kind in {"picture", "redaction"}:
        stage_of(page)
    assert grave_faults(settled(page)) == []


def test_a_box_is_drawn_moved_and_taken_away(workbench):
    page = workbench("redaction")
    stage = stage_of(page)
    page.get_by_role("button", name="Draw a box").click()
    answer = previewed(page, lambda: drag(page, stage, (200, 120), (260, 170)))
    lines = page.get_by_label("Shapes:")
    x, y, width, height = numbers(lines.input_value())
    assert 0 < x < EXTENT[0]
    assert 0 < y < EXTENT[1]
    assert width / height == pytest.approx(60 / 50, rel=0.05)
    assert answer["problems"] == []
    assert any(picture["isTouched"] for picture in answer["pictures"])
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowDown")
    assert numbers(lines.input_value()) == [x + 10, y + 1, width, height]
    page.keyboard.press("Shift+ArrowRight")
    assert numbers(lines.input_value()) == [x + 10, y + 1, width + 1, height]
    page.keyboard.press("Delete")
    assert lines.input_value() == ""


def test_a_polygon_is_drawn_and_its_corners_are_pulled(workbench):
    page = workbench("redaction")
    stage = stage_of(page)
    page.get_by_role("button", name="Draw a polygon").click()
    for place in ((150, 100), (250, 120), (200, 200)):
        page.mouse.click(stage["x"] + place[0], stage["y"] + place[1])
    page.keyboard.press("Enter")
    lines = page.get_by_label("Shapes:")
    before = numbers(lines.input_value())
    assert lines.input_value().startswith("polygon:")
    drag(page, stage, (250, 120), (300, 130))
    after = numbers(lines.input_value())
    assert after[2] > before[2]
    assert (after[:2], after[4:]) == (before[:2], before[4:])


def test_what_is_typed_is_drawn(workbench):
    page = workbench("redaction")
    stage_of(page)
    page.get_by_label("Shapes:").fill("pct:10,10,20,20\npolygon:1,1 900,1 1,900")
    page.get_by_role("img", name="Box 1").wait_for(state="attached")
    assert page.locator("polygon.iiif-shape").count() == 2


def test_a_box_is_added_from_the_keyboard(workbench):
    page = workbench("redaction")
    stage_of(page)
    page.get_by_role("button", name="Add a box in the middle").focus()
    page.keyboard.press("Enter")
    x, y, width, height = numbers(page.get_by_label("Shapes:").input_value())
    assert (x + width / 2, y + height / 2) == pytest.approx((EXTENT[0] / 2, EXTENT[1] / 2), abs=3)


def test_a_picture_is_put_where_it_is_drawn(workbench):
    page = workbench("picture")
    logo = io.BytesIO()
    Image.new("RGB", (200, 100), "red").save(logo, "PNG")
    page.locator("#id_option_picture").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": logo.getvalue()}
    )
    stage = stage_of(page)
    page.get_by_role("button", name="Draw a box").click()
    previewed(page, lambda: drag(page, stage, (150, 100), (250, 150)))
    assert page.locator("#id_option_position").input_value() == "free"
    left, top = (float(page.locator(f"#id_option_{name}_percent").input_value()) for name in ("left", "top"))
    assert 0 < left < 100
    assert 0 < top < 100
    assert int(page.locator("#id_option_width_percent").input_value()) > 1


def test_the_preview_follows_what_is_typed(workbench):
    page = workbench("text")
    answer = previewed(page, lambda: page.get_by_label("Text:").fill("Museum of Eddies"))
    assert answer["problems"] == []
    page.locator(".iiif-wholes img").first.wait_for()
    page.get_by_label("Colour:", exact=True).fill("nocolour")
    page.get_by_text("“nocolour” is not a colour").first.wait_for()
    page.locator("#id_option_font_0").select_option("DejaVu Serif Bold")
    page.get_by_role("img", name="The face of DejaVu Serif Bold").wait_for()


def test_the_face_is_shown_in_the_weight_and_told(workbench):
    page = workbench("text")
    page.locator("[name=option_font_0]").select_option("DejaVu Sans Book")
    page.get_by_text("Set in DejaVu Sans Book.").wait_for()
    page.get_by_label("Weight:").select_option("900")
    page.get_by_text("Set in DejaVu Sans Bold: its weight of 700 is the nearest to Black that there is.").wait_for()
    page.get_by_role("img", name="The face of DejaVu Sans Book").wait_for()


def test_what_is_written_into_answers_is_told(workbench):
    page = workbench("metadata")
    previewed(page, lambda: page.get_by_label("Credit:").fill("Library {filename}"))
    page.get_by_text("Credit: Library deep-zoom.tif").wait_for()


def test_half_an_address_is_not_asked_for(workbench):
    page = workbench("picture")
    address = page.get_by_label("Or its address:")
    address.fill("https://127.0.0.1:1/lo")
    page.evaluate("document.querySelector('#id_option_angle').dispatchEvent(new Event('change', {bubbles: true}))")
    page.get_by_text("A picture is required").wait_for()
    page.get_by_text("is not public").wait_for(state="detached")
    address.press_sequentially("go.png")
    previewed(page, lambda: address.press("Tab"))
    page.get_by_text("is not public").wait_for()
