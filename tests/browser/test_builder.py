"""The builder of addresses, with the mouse and with the keyboard."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def builder(server, open_page):
    page = open_page(f"{server.url}/iiif/3?identifier=deep-zoom.tif", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#builder .result").wait_for()
    return page


def parameters(page):
    return page.locator(".address code").inner_text().partition("/deep-zoom.tif/")[2]


def wait_for(page, expected):
    page.locator(".address code", has_text=f"/deep-zoom.tif/{expected}").wait_for()


def size_of_result(page):
    page.locator(".result").evaluate("(image) => image.decode()")
    return page.locator(".result").evaluate("(image) => [image.naturalWidth, image.naturalHeight]")


def test_it_begins_with_the_whole_image(builder):
    assert parameters(builder) == "full/600,/0/default.jpg"
    assert size_of_result(builder) == [600, 400]


def test_a_region_is_drawn_with_the_mouse(builder):
    area = builder.locator(".area").bounding_box()
    builder.mouse.move(area["x"] + area["width"] * 0.75, area["y"] + area["height"] * 0.75)
    builder.mouse.down()
    builder.mouse.move(area["x"] + area["width"] * 0.25, area["y"] + area["height"] * 0.5, steps=4)
    builder.mouse.up()
    x, y, width, height = map(int, parameters(builder).partition("/")[0].split(","))
    for seen, wanted in ((x, 2250), (y, 3000), (width, 4500), (height, 1500)):
        assert abs(seen - wanted) < 40
    assert size_of_result(builder)[0] == 600


def test_a_region_is_chosen_with_the_keyboard(builder):
    builder.locator("[name=region]").select_option("square")
    wait_for(builder, "square/")
    frame = builder.locator(".box")
    frame.press("ArrowRight")
    wait_for(builder, "1680,0,6000,6000/")
    frame.press("Shift+ArrowUp")
    wait_for(builder, "1680,0,6000,5820/")
    frame.press("Control+ArrowLeft")
    wait_for(builder, "1679,0,6000,5820/")


def test_a_region_cannot_leave_the_image(builder):
    for _ in range(3):
        builder.locator(".box").press("ArrowLeft")
    wait_for(builder, "0,0,9000,6000/")
    builder.locator(".box").press("Shift+ArrowRight")
    wait_for(builder, "0,0,9000,6000/")


def test_every_part_of_the_address_can_be_chosen(builder):
    builder.locator("[name=size]").select_option("inside")
    builder.locator("[name=width]").fill("300")
    builder.locator("[name=height]").fill("300")
    builder.get_by_label("degrees").fill("90")
    builder.get_by_label("mirrored").check()
    builder.locator("[name=quality]").select_option("gray")
    builder.locator("[name=format]").select_option("png")
    wait_for(builder, "full/!300,300/!90/gray.png")
    assert size_of_result(builder) == [200, 300]


def test_a_size_above_the_original_needs_its_caret(builder):
    builder.locator("[name=region]").select_option("box")
    for name, value in (("x", "4000"), ("y", "3000"), ("w", "100"), ("h", "100")):
        builder.locator(f"[name={name}]").fill(value)
        builder.locator(f"[name={name}]").press("Tab")
    builder.locator(".answer .refusal").wait_for()
    assert builder.locator(".answer .refusal").inner_text()
    builder.get_by_label("may be larger than the original").check()
    wait_for(builder, "4000,3000,100,100/^600,/")
    builder.locator(".result").wait_for()
    assert builder.watch.faults
    assert all("400" in fault for fault in builder.watch.faults)
    builder.watch.faults.clear()


def test_an_address_is_copied(builder, server):
    builder.locator(".address button").click()
    builder.get_by_role("button", name="Copied").wait_for()
    copied = builder.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.url}/iiif/3/deep-zoom.tif/full/600,/0/default.jpg"
    builder.locator("[name=region]").focus()
    assert builder.locator(".address button").inner_text() == "Copy"
