"""What a hosting company's guide to an image server teaches its customers, step by step, in a real browser."""

from __future__ import annotations

import io
import time
import urllib.error
import urllib.request

import pytest
from PIL import Image

from tests.live import live_server

pytestmark = pytest.mark.slow

LIVE_SECONDS = 3
"""How soon a saved change must show."""


@pytest.fixture(scope="module")
def guide(tmp_path_factory, drawn_samples):
    from tests.live import share_samples

    home = tmp_path_factory.mktemp("guide") / "home"
    share_samples(drawn_samples, home)
    with live_server(home) as live:
        yield live


@pytest.fixture
def pictures(tmp_path):
    """A folder into which somebody has dropped eddie.jpg."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (800, 600), "navy").save(folder / "eddie.jpg")
    return folder


def fetched(address):
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read()


def within(seconds, question):
    """The first true answer to the question; it is asked until the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if answer := question():
                return answer
        except urllib.error.HTTPError as error:
            error.close()
    raise AssertionError(f"not within {seconds} s")


def sign_in(page, server):
    page.goto(f"{server.url}/admin")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Log in").click()


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()


def share_of(server, color):
    """How much of eddie.jpg has about this colour, as served now by either worker."""
    with Image.open(io.BytesIO(fetched(f"{server.url}/iiif/2/eddie.jpg/full/full/0/default.png"))) as image:
        near = [
            sum(abs(a - b) for a, b in zip(pixel, color, strict=True)) < 60
            for pixel in image.convert("RGB").get_flattened_data()
        ]
    return sum(near) / len(near)


def test_the_guide_from_the_folder_to_an_overlay_and_back(guide, page, pictures):
    sign_in(page, guide)

    page.locator("#content-main").get_by_role("link", name="Sources").click()
    page.get_by_role("link", name="FilesystemSource", exact=True).click()
    page.get_by_label("Path prefix").fill(f"{pictures}/")
    save(page)
    within(LIVE_SECONDS, lambda: fetched(f"{guide.url}/iiif/2/eddie.jpg/info.json"))
    within(LIVE_SECONDS, lambda: share_of(guide, (255, 255, 0)) == 0)

    page.goto(f"{guide.url}/admin/")
    page.locator("#content-main .model-overlay").get_by_role("link", name="Add").click()
    page.get_by_label("Name").fill("Credit")
    page.get_by_label("Kind").select_option(label="Text")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("[name=option_text]").fill("Museum of Eddies")
    page.locator("[name=option_colour]").fill("yellow")
    page.locator("[name=option_size]").fill("80")
    save(page)
    within(LIVE_SECONDS, lambda: share_of(guide, (255, 255, 0)) > 0.005)

    page.locator("#result_list").get_by_role("link", name="Credit").click()
    page.locator("[name=option_colour]").fill("red")
    save(page)
    within(LIVE_SECONDS, lambda: share_of(guide, (255, 0, 0)) > 0.005 and share_of(guide, (255, 255, 0)) == 0)

    page.goto(f"{guide.url}/admin/iiif_images/revision/")
    page.locator("#result_list tbody tr").nth(1).get_by_role("link").first.click()
    page.get_by_role("link", name="Go back to this revision").click()
    page.get_by_text("colour red → yellow").wait_for()
    page.get_by_role("button", name="Go back to revision").click()
    page.locator(".messagelist .success").wait_for()
    within(LIVE_SECONDS, lambda: share_of(guide, (255, 255, 0)) > 0.005 and share_of(guide, (255, 0, 0)) == 0)
