"""Each viewer on the deep-zoom sample, in a real browser: what is seen is the picture."""

from __future__ import annotations

import re
import time

import pytest
from PIL import Image

from tests.browser.likeness import difference, fetched_picture, nearest_difference, screenshot

pytestmark = pytest.mark.slow

EXTENT = (9000, 6000)
ALIKE = 0.06
PATIENCE_SECONDS = 30
VIEWERS = ["openseadragon", "leaflet", "mirador"]
FULL_SIZE_TILE = re.compile(r"/(\d+),(\d+),(\d+),(\d+)/(\d+),(\d*)/0/default\.jpg$")

# Mirador lays its own heading and buttons over the edges of the picture.
UNCOVERED = {"openseadragon": (0, 1), "leaflet": (0, 1), "mirador": (0.1, 0.8)}


@pytest.fixture(params=VIEWERS)
def name(request):
    return request.param


@pytest.fixture
def viewer(server, open_page, name):
    return open_page(f"{server.url}/viewer?iiif={server.url}/iiif/3/deep-zoom.tif/info.json&viewer={name}")


@pytest.fixture(scope="module")
def whole(server):
    return fetched_picture(f"{server.url}/iiif/3/deep-zoom.tif/full/900,/0/default.png")


def until(question):
    """The first true answer, for as long as patience lasts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if answer := question():
            return answer
    raise AssertionError(f"not within {PATIENCE_SECONDS} s")


def seen_requests(page):
    """What the page has asked for until now; Playwright hears of it only while it is asked something."""
    page.evaluate("() => null")
    return page.watch.requests


def place_of_image(page, name):
    """Where the whole image lies on the page: left, top, width, height."""
    if name == "leaflet":
        return page.evaluate("""() => {
            const boxes = [...document.querySelectorAll(".leaflet-tile")].map((tile) => tile.getBoundingClientRect());
            const [left, top] = [Math.min(...boxes.map((b) => b.left)), Math.min(...boxes.map((b) => b.top))];
            return [left, top, Math.max(...boxes.map((b) => b.right)) - left,
                    Math.max(...boxes.map((b) => b.bottom)) - top];
        }""")
    room = page.locator(".openseadragon-canvas").bounding_box()
    scale = min(room["width"] / EXTENT[0], room["height"] / EXTENT[1])
    width, height = EXTENT[0] * scale, EXTENT[1] * scale
    return room["x"] + (room["width"] - width) / 2, room["y"] + (room["height"] - height) / 2, width, height


def shows_whole(page, name, whole):
    page.locator("#stage[aria-busy=false]").wait_for()
    if not page.locator(".openseadragon-canvas, .leaflet-tile").count():
        return False
    left, top, width, height = place_of_image(page, name)
    first, last = UNCOVERED[name]
    seen = screenshot(page, x=left, y=top + first * height, width=width, height=(last - first) * height)
    expected = whole.crop((0, int(first * whole.height), whole.width, int(last * whole.height)))
    return difference(seen, expected) < ALIKE


def shows_middle_at_full_size(page, middle):
    page.locator("#stage[aria-busy=false]").wait_for()
    room = page.locator("#stage").bounding_box()
    clip = {"x": room["x"] + room["width"] / 2 - 150, "y": room["y"] + room["height"] / 2 - 150}
    return nearest_difference(screenshot(page, **clip, width=300, height=300), middle) < ALIKE


def test_the_whole_picture_is_drawn(viewer, name, whole):
    until(lambda: shows_whole(viewer, name, whole))


@pytest.mark.parametrize("name", ["openseadragon", "leaflet"], indirect=True)
def test_full_size_and_back(server, viewer, name, whole):
    middle = fetched_picture(f"{server.url}/iiif/3/deep-zoom.tif/4350,2850,300,300/max/0/default.png")
    until(lambda: shows_whole(viewer, name, whole))
    viewer.get_by_role("button", name="Full size").click()
    until(lambda: shows_middle_at_full_size(viewer, middle))
    viewer.get_by_role("button", name="Whole").click()
    until(lambda: shows_whole(viewer, name, whole))


@pytest.mark.parametrize("name", ["mirador"], indirect=True)
def test_full_size_and_back_in_mirador(viewer, name, whole):
    def has_full_size_tiles():
        tiles = filter(None, map(FULL_SIZE_TILE.search, seen_requests(viewer)))
        return any(tile[3] == tile[5] for tile in tiles)

    until(lambda: shows_whole(viewer, name, whole))
    for _ in range(4):
        viewer.get_by_role("button", name="Zoom in").click()
    until(has_full_size_tiles)
    viewer.get_by_role("button", name="Reset zoom").click()
    until(lambda: shows_whole(viewer, name, whole))


@pytest.mark.parametrize("name", ["openseadragon", "leaflet"], indirect=True)
def test_closer_and_farther(viewer, name, whole):
    until(lambda: shows_whole(viewer, name, whole))
    before = len(viewer.watch.requests)
    viewer.get_by_role("button", name="Closer").press("Enter")
    until(lambda: not shows_whole(viewer, name, whole) and len(seen_requests(viewer)) > before)
    viewer.get_by_role("button", name="Farther").press("Enter")
    until(lambda: shows_whole(viewer, name, whole))


@pytest.mark.parametrize("identifier", ["orientation.jpg", "alpha.png", "67352ccc-d1b0-11e1-89ae-279075081939.png"])
@pytest.mark.parametrize("version", [2, 3])
def test_other_images_and_versions(server, open_page, name, identifier, version):
    service = f"{server.url}/iiif/{version}/{identifier}"
    page = open_page(f"{server.url}/viewer?iiif={service}/info.json&viewer={name}")
    until(lambda: any(url.startswith(f"{service}/") and url.endswith(".jpg") for url in seen_requests(page)))
    page.wait_for_load_state("networkidle")


def test_small_screens_ask_for_no_tile_beside_the_image(server, open_page, name, whole):
    info = f"{server.url}/iiif/3/deep-zoom.tif/info.json"
    page = open_page(f"{server.url}/viewer?iiif={info}&viewer={name}", width=390, height=780)
    until(lambda: shows_whole(page, name, whole))


def test_an_image_that_is_not_there_is_told(server, open_page, name):
    info = f"{server.url}/iiif/3/nothing.tif/info.json"
    page = open_page(f"{server.url}/viewer?iiif={info}&viewer={name}")
    page.get_by_role("alert").get_by_text("There is no image with this identifier").wait_for()
    assert len([fault for fault in page.watch.faults if "404" in fault]) == 2
    page.watch.faults.clear()


def test_the_pages_of_a_manifest_are_leafed_through(server, open_page):
    """In Mirador, which opens on the first of two."""
    file = server.home / "images" / "two-pages.tif"
    Image.new("RGB", (600, 400), "navy").save(
        file, save_all=True, append_images=[Image.new("RGB", (600, 400), "orange")], tiffinfo={269: "A book"}
    )
    manifest = f"{server.url}/iiif/presentation/3/two-pages.tif/manifest"
    page = open_page(f"{server.url}/viewer?iiif={manifest}")
    page.get_by_role("button", name="Next item").click()
    assert until(lambda: any("two-pages.tif;2" in request for request in seen_requests(page)))


def test_what_is_no_manifest_is_told(server, open_page):
    page = open_page(f"{server.url}/viewer?iiif={server.url}/iiif/presentation/3/missing.tif/manifest")
    page.get_by_role("alert").get_by_text("There is no image with this identifier").wait_for()
    page.watch.faults.clear()
