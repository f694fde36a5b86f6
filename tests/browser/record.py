"""Writes down what each viewer asks for: `python -m tests.browser.record`, after a viewer has been renewed.

The folder `recorded` has a file for each viewer. In it are the requests for pictures in the order of their addresses,
each with what it was answered: the width and height of the picture, or the status of a refusal.
"""

from __future__ import annotations

import io
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from images.samples import write_samples
from tests.browser.clients.images import PICTURES, draw_pictures
from tests.browser.clients.page_server import page_server
from tests.browser.clients.visits import (
    LEAFLET,
    VIEWERS,
    WITH_MANIFEST,
    Viewer,
    Visit,
    address_of,
    open_visit,
    versions_of,
    visit_album,
    visit_banner,
)
from tests.browser.conftest import QUIET
from tests.live import live_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RECORDED = Path(__file__).resolve().parent / "recorded"


def main() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="iiifserver-record-") as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        write_samples(home / "samples")
        draw_pictures(home / "images")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        with live_server(home) as live, page_server() as pages:
            for viewer in VIEWERS:
                asked = set().union(*(visit.answers for visit in visits_of(browser, live.url, pages, viewer)))
                write(viewer, live.url, asked)
        browser.close()


def visits_of(browser: Browser, server: str, pages: str, viewer: Viewer) -> Iterator[Visit]:
    """Every visit that the tests pay with this viewer, each ended before the next begins."""
    for version in versions_of(viewer):
        for picture in PICTURES:
            visit = open_visit(browser, server, address_of(pages, viewer, server, picture, version))
            for turn in (viewer.zoom_in, viewer.zoom_out):
                turn(visit.page)
                visit.settle()
            yield ended(visit)
            if viewer is LEAFLET and version:
                yield ended(visit_banner(browser, server, pages, picture, version))
        if viewer in WITH_MANIFEST and version:
            yield ended(visit_album(browser, server, pages, viewer, version))


def ended(visit: Visit) -> Visit:
    visit.page.context.close()
    return visit


def write(viewer: Viewer, server: str, paths: set[str]) -> None:
    pictures = sorted(path for path in paths if not path.endswith(("/info.json", "/manifest")))
    lines = [f"{answer_to(server + path):>9} {path}" for path in pictures]
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{viewer.name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def answer_to(address: str) -> str:
    """`512x375` of a picture, `400` of a refusal."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            width, height = Image.open(io.BytesIO(answer.read())).size
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)
    return f"{width}x{height}"


if __name__ == "__main__":
    main()
