"""Makes the pictures of the documentation: `python docs/screenshots.py`, with Chromium and a server of its own."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

DOCS = Path(__file__).resolve().parent
PICTURES = DOCS / "pictures"
BUSY_HOUR = DOCS / "busy_hour.py"
sys.path.insert(0, str(DOCS.parent))

from tests.live import LiveServer, live_server, manage  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Page

WINDOW = {"width": 1100, "height": 720}
COLOURS = 64
"""Few enough for small files, and enough for pages of plain colours."""
MOST_BYTES = 150_000
CHANGE_SECONDS = 10


def main() -> None:
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or sys.exit("There is no Chromium: install it with apt install chromium.")
    with tempfile.TemporaryDirectory() as folder, live_server(Path(folder) / "home") as server:
        put_eddie(server)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport=WINDOW, color_scheme="light")
            take_all(page, server)
            browser.close()


def put_eddie(server: LiveServer) -> None:
    """A picture in a folder, as in the tutorial: one of the samples."""
    shutil.copy(server.home / "samples" / "orientation.jpg", server.home / "images" / "eddie.jpg")


def take_all(page: Page, server: LiveServer) -> None:
    visit(page, server.url)
    page.wait_for_load_state("networkidle")
    keep("landing", page.screenshot())
    sign_in(page, server)
    keep("admin", page.screenshot())
    visit(page, f"{server.url}/admin/iiif_sources/source/")
    page.get_by_role("link", name="FilesystemSource", exact=True).click()
    page.get_by_label("Path prefix").fill("/srv/pictures/")
    keep("source", page.screenshot())
    take_source_pages(page, server)
    take_activity(page, server)
    visit(page, f"{server.url}/admin/iiif_images/httpsettings/proxies/")
    page.locator("#proxy-test[data-done]").wait_for()
    keep("proxy-test", page.screenshot())
    eddie = f"{server.url}/iiif/2/eddie.jpg/full/640,/0/default.png"
    plain = fetched(eddie)
    add_overlay(page, server)
    keep("overlay", once_changed(eddie, plain))


def take_source_pages(page: Page, server: LiveServer) -> None:
    """A name that lies on the way, so that there is something to note; then the samples, which are more than one."""
    shutil.copy(server.home / "samples" / "orientation.jpg", server.home / "images" / "eddie.tif")
    visit(page, f"{server.url}/admin/iiif_sources/source/1/test/?identifier=eddie.tif")
    keep("source-test", page.locator("#content").screenshot())
    visit(page, f"{server.url}/admin/iiif_sources/source/2/browse/")
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    keep("source-browse", page.locator("#content").screenshot())


def take_activity(page: Page, server: LiveServer) -> None:
    """The first charts of an hour in which there was something to do."""
    written = manage(server.home, "shell", "--verbosity", "0", "--command", BUSY_HOUR.read_text(encoding="utf-8"))
    if written.returncode:
        sys.exit(written.stderr)
    visit(page, f"{server.url}/admin/iiif_images/status/activity/")
    page.locator("#toggle-nav-sidebar").click()
    keep("activity", page.screenshot())
    page.locator("#toggle-nav-sidebar").click()


def visit(page: Page, address: str) -> None:
    answer = page.goto(address)
    if answer is None or not answer.ok:
        sys.exit(f"{address} cannot be shown.")


def sign_in(page: Page, server: LiveServer) -> None:
    visit(page, f"{server.url}/admin/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(server.password)
    page.locator("[type=submit]").click()
    page.locator("#content-main").wait_for()


def add_overlay(page: Page, server: LiveServer) -> None:
    visit(page, f"{server.url}/admin/iiif_overlays/overlay/add/")
    page.locator("[name=name]").fill("Credit")
    page.locator("[name=kind]").select_option("text")
    page.locator("[name=_save]").click()
    page.locator("[name=option_text]").fill("Museum of Eddies")
    page.locator("[name=option_size]").fill("40")
    page.locator("[name=_save]").click()
    page.locator(".messagelist .success").wait_for()


def once_changed(address: str, before: bytes) -> bytes:
    """What is served there as soon as it differs; settings hold within two seconds."""
    deadline = time.monotonic() + CHANGE_SECONDS
    while (now := fetched(address)) == before:
        if time.monotonic() > deadline:
            sys.exit(f"{address} did not change.")
    return now


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 (our own server)
        content: bytes = answer.read()
    return content


def keep(name: str, content: bytes) -> None:
    """Stores the picture small; ends the script when it is not small enough for a repository."""
    with Image.open(io.BytesIO(content)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    file = PICTURES / f"{name}.png"
    small.save(file, optimize=True)
    if file.stat().st_size >= MOST_BYTES:
        sys.exit(f"{file} has {file.stat().st_size} bytes: show less of the page.")


if __name__ == "__main__":
    main()
