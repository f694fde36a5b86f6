"""Five viewers as their makers ship them, on a server of another origin: each picture is seen, near and whole.

What a viewer asks for is answered with 200, apart from what the standard makes an error; that is written down here.
"""

from __future__ import annotations

import re
import time

import pytest

from tests.browser.clients.images import PICTURES, PYRAMID, SLASH, SMALL, STRIP, draw_pictures
from tests.browser.clients.page_server import PACKAGES, page_server
from tests.browser.clients.visits import (
    CANVAS,
    CLOVER,
    LEAFLET,
    MIRADOR,
    PATIENCE_SECONDS,
    UNIVERSAL_VIEWER,
    VIEWERS,
    WITH_MANIFEST,
    address_of,
    open_visit,
    versions_of,
    visit_album,
    visit_banner,
)
from tests.browser.likeness import difference, fetched_picture, screenshot

ALIKE = 0.06
ALIKE_AS_A_LINE = 0.25
"""The whole strip is a line of one or two pixels, into which viewers mix what is above it."""
SIZED_REGION = re.compile(r"/\d+,\d+,(\d+),\d+/(\d+),\d*/0/default\.jpg$")
"""A request that says how wide the region is and how wide the answer."""

SCALES = tuple(1.1**step for step in range(48))
"""How many times larger than in full size a viewer may show a picture when it has been zoomed in as far as it goes."""


@pytest.fixture(scope="module")
def pages():
    if not PACKAGES.is_dir():
        pytest.skip("The viewers are not here: python -m tests.fetch fetches them.")
    with page_server() as address:
        yield address


@pytest.fixture(scope="module")
def images(server):
    """The address of the server, which has the four pictures."""
    draw_pictures(server.home / "images")
    return server.url


@pytest.fixture
def visited(chromium):
    """Keeps what is passed to it until the test has ended."""
    visits = []
    yield lambda visit: visits.append(visit) or visit
    for visit in visits:
        visit.page.context.close()


def until(question):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not question():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS} s"


def settled(visit):
    visit.settle()
    return visit


def room_of(page, viewer):
    """Where the viewer draws: left, top, width, height."""
    if viewer is LEAFLET:
        box = page.evaluate("""() => {
            const boxes = [...document.querySelectorAll(".leaflet-tile")].map((tile) => tile.getBoundingClientRect());
            const [x, y] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
            const [right, bottom] = [Math.max(...boxes.map((box) => box.right)),
                                     Math.max(...boxes.map((box) => box.bottom))];
            return { x, y, width: right - x, height: bottom - y };
        }""")
    else:
        box = page.locator(CANVAS).first.bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def shows_whole(page, viewer, picture, whole):
    """Whether the middle of the picture, where no viewer lays its buttons, stands where the whole picture has it."""
    x, y, width, height = room_of(page, viewer)
    scale = min(width / picture.width, height / picture.height)
    seen_width, seen_height = picture.width * scale, picture.height * scale
    left, top = x + (width - seen_width) / 2, y + (height - seen_height) / 2
    clip = {"x": left + 0.25 * seen_width, "y": top + 0.25 * seen_height}
    seen = screenshot(page, **clip, width=0.5 * seen_width, height=max(1, 0.5 * seen_height))
    return difference(seen, middle_of(whole, 0.5, 0.5)) < (ALIKE_AS_A_LINE if seen_height < 5 else ALIKE)


def shows_middle(page, viewer, picture, middle):
    """Whether the middle of the viewer shows the middle of the picture, at its full size or above."""
    x, y, width, height = room_of(page, viewer) if viewer is not LEAFLET else (0, 0, *page.viewport_size.values())
    clip = {"width": min(200, picture.width / 2), "height": min(200, picture.height / 2)}
    seen = screenshot(page, x=x + (width - clip["width"]) / 2, y=y + (height - clip["height"]) / 2, **clip)
    share = clip["width"] / middle.width, clip["height"] / middle.height
    return any(difference(seen, middle_of(middle, share[0] / scale, share[1] / scale)) < ALIKE for scale in SCALES)


def middle_of(image, width_share, height_share):
    width, height = image.width * width_share, image.height * height_share
    left, top = (image.width - width) / 2, (image.height - height) / 2
    return image.crop(
        (int(left), int(top), max(int(left) + 1, int(left + width)), max(int(top) + 1, int(top + height)))
    )


def has_asked_for_full_size(visit):
    sized = filter(None, map(SIZED_REGION.search, visit.answers))
    return any("/max/" in path or "/full/full/" in path for path in visit.answers) or any(
        match[1] == match[2] for match in sized
    )


def middle_region(picture):
    width, height = min(400, picture.width), min(400, picture.height)
    return f"{(picture.width - width) // 2},{(picture.height - height) // 2},{width},{height}"


def matrix():
    """Every viewer on every picture in each of its versions; all but one of each viewer are for the long run."""
    for viewer in VIEWERS:
        for picture in PICTURES:
            for version in versions_of(viewer):
                is_short = picture is PYRAMID and version == versions_of(viewer)[-1]
                marks = [] if is_short else [pytest.mark.slow]
                yield pytest.param(
                    viewer, picture, version, marks=marks, id=f"{viewer.name}-{picture.name}-{version or 'own'}"
                )


@pytest.mark.parametrize(("viewer", "picture", "version"), list(matrix()))
def test_full_size_and_back(images, pages, chromium, visited, viewer, picture, version):
    service = f"{images}/iiif/3/{picture.segment}"
    whole = fetched_picture(f"{service}/full/{min(900, picture.width)},/0/default.png")
    middle = fetched_picture(f"{service}/{middle_region(picture)}/max/0/default.png")
    visit = visited(open_visit(chromium, images, address_of(pages, viewer, images, picture, version)))
    until(lambda: shows_whole(visit.page, viewer, picture, whole))
    viewer.zoom_in(visit.page)
    visit.settle()
    until(lambda: shows_middle(visit.page, viewer, picture, middle))
    until(lambda: settled(visit) and has_asked_for_full_size(visit))
    viewer.zoom_out(visit.page)
    visit.settle()
    until(lambda: shows_whole(visit.page, viewer, picture, whole))
    assert visit.faults == []
    until(lambda: settled(visit).refused == thumbnails_above_the_picture(viewer, picture, version))


# Thumbnails that a viewer makes by itself have one size, whether or not the picture has it. Version 3 enlarges only
# where ^ asks for it.
THUMBNAILS = {
    MIRADOR: {SMALL: "full/,120", STRIP: "full/,120"},
    UNIVERSAL_VIEWER: {SMALL: "full/90,"},
    CLOVER: {SMALL: "full/512,"},
}


def thumbnails_above_the_picture(viewer, picture, version):
    """What is refused of a picture that is alone in its manifest: only Mirador makes a thumbnail of that.

    The server's own manifests name a thumbnail, which Mirador takes unless it is lower than 120 pixels.
    """
    size = THUMBNAILS[MIRADOR].get(picture)
    is_asked = version == 3 or (version is None and picture is SMALL)
    return {f"/iiif/3/{picture.segment}/{size}/0/default.jpg": 400} if viewer is MIRADOR and is_asked and size else {}


@pytest.mark.slow
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("viewer", WITH_MANIFEST, ids=lambda viewer: viewer.name)
def test_thumbnails(images, pages, chromium, visited, viewer, version):
    """What the standard makes an error is refused, and nothing else."""
    asked = THUMBNAILS[viewer] if version == 3 else {}
    visit = visited(visit_album(chromium, images, pages, viewer, version))
    refused = {f"/iiif/3/{picture.segment}/{size}/0/default.jpg": 400 for picture, size in asked.items()}
    until(lambda: settled(visit).refused == refused)
    assert visit.faults == []


# Leaflet-IIIF zooms farther out than the smallest resolution, and asks for a tile beside the picture there.
BESIDE = {
    (PYRAMID, 2): "32768,0,-23768,6000/-371,",
    (PYRAMID, 3): "32768,0,-23768,6000/-371,94",
    (SLASH, 2): "8192,0,-6692,1100/-418,",
    (SLASH, 3): "8192,0,-6692,1100/-418,69",
}


@pytest.mark.slow
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_leaflet_as_a_banner(images, pages, chromium, visited, picture, version):
    visit = visited(visit_banner(chromium, images, pages, picture, version))
    beside = BESIDE.get((picture, version))
    refused = {f"/iiif/{version}/{picture.segment}/{beside}/0/default.jpg": 400} if beside else {}
    until(lambda: settled(visit).refused == refused)
    assert visit.faults == []
