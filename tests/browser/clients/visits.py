"""What a person does in a viewer: opens a picture, looks at it in full size, and steps back again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.browser.clients.images import PICTURES, Picture

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Response

PATIENCE_SECONDS = 30
QUIET_SECONDS = 0.5
"""A viewer that asks for nothing for so long has what it wants for the present view."""

CANVAS = ".openseadragon-canvas"
CLICKS_TO_FULL_SIZE = 5
DESKTOP = (1000, 700)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A viewer, and how its buttons are pressed."""

    name: str
    zoom_in: Callable[[Page], object]
    """To the full size."""
    zoom_out: Callable[[Page], object]
    """Back to the whole picture."""


def click(name: str) -> Callable[[Page], object]:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def click_often(name: str) -> Callable[[Page], object]:
    def press(page: Page) -> None:
        for _ in range(CLICKS_TO_FULL_SIZE):
            click(name)(page)

    return press


def press_home(page: Page) -> None:
    """The key by which OpenSeadragon shows the whole picture."""
    page.locator(CANVAS).first.press("0")


OPENSEADRAGON = Viewer("openseadragon", lambda page: page.evaluate("showFullSize()"), press_home)
LEAFLET = Viewer("leaflet", lambda page: page.evaluate("showFullSize()"), lambda page: page.evaluate("showWhole()"))
MIRADOR = Viewer("mirador", click_often("Zoom in"), click("Reset zoom"))
UNIVERSAL_VIEWER = Viewer("universalviewer", click_often("Zoom In"), press_home)
CLOVER = Viewer("clover", click_often("Zoom in"), press_home)
VIEWERS = (OPENSEADRAGON, LEAFLET, MIRADOR, UNIVERSAL_VIEWER, CLOVER)
WITH_MANIFEST = (MIRADOR, UNIVERSAL_VIEWER, CLOVER)


def versions_of(viewer: Viewer) -> tuple[int | None, ...]:
    """The versions of the Image API in which a viewer opens pictures; `None` stands for the server's own manifests."""
    return (2, 3, None) if viewer in WITH_MANIFEST else (2, 3)


@dataclass
class Visit:
    """One page with a viewer, and what it has asked the image server for."""

    page: Page
    server: str
    answers: dict[str, int] = field(default_factory=dict)
    """The status of each request by its path."""
    faults: list[str] = field(default_factory=list)
    """What the page failed at, or complained of, apart from pictures that were refused."""
    _blocked: list[str] = field(default_factory=list)
    """Browsers say nothing of an answer that an `<img>` cannot show; it has to be asked for again."""
    _pending: int = 0
    _last_change: float = 0.0

    def __post_init__(self) -> None:
        self.page.on("request", self._sent)
        self.page.on("response", self._answered)
        self.page.on("requestfinished", self._done)
        self.page.on("requestfailed", self._failed)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def settle(self) -> None:
        """Waits until the viewer has asked for nothing for a while."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self._last_change = time.monotonic()
        while self._pending or time.monotonic() - self._last_change < QUIET_SECONDS:
            assert time.monotonic() < deadline, f"still asking after {PATIENCE_SECONDS} s"
            # Playwright hears of requests only while it is asked something.
            self.page.wait_for_timeout(50)
        while self._blocked:
            path = self._blocked.pop()
            self.answers[path] = self.page.request.get(f"{self.server}{path}").status

    @property
    def refused(self) -> dict[str, int]:
        """Every request that was not answered with 200."""
        return {path: status for path, status in self.answers.items() if status != 200}

    def _is_ours(self, request: Request) -> bool:
        return request.url.startswith(f"{self.server}/")

    def _sent(self, request: Request) -> None:
        if self._is_ours(request):
            self._pending += 1
            self._last_change = time.monotonic()

    def _answered(self, response: Response) -> None:
        if self._is_ours(response.request):
            self.answers[response.url.removeprefix(self.server)] = response.status
        elif response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")

    def _done(self, request: Request) -> None:
        if self._is_ours(request):
            self._pending -= 1
            self._last_change = time.monotonic()

    def _failed(self, request: Request) -> None:
        self._done(request)
        if "ERR_BLOCKED_BY_ORB" in (request.failure or ""):
            self._blocked.append(request.url.removeprefix(self.server))
        # Viewers leave off what they no longer need.
        elif "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"{request.failure} {request.url}")


def service_of(server: str, picture: Picture, version: int) -> str:
    return f"{server}/iiif/{version}/{picture.segment}"


def address_of(pages: str, viewer: Viewer, server: str, picture: Picture, version: int | None) -> str:
    """The page on which the viewer shows the picture.

    Viewers that open manifests are given a foreign one, which names this version of the Image API; where it is `None`,
    the server's own, which names all of them.
    """
    own = f"{server}/iiif/presentation/3/{picture.segment}/manifest"
    manifest = foreign_manifest(pages, server, [picture], version) if version else own
    info = f"{service_of(server, picture, version or 3)}/info.json"
    return f"{pages}/pages/{viewer.name}.html?{urlencode({'info': info, 'manifest': manifest})}"


def foreign_manifest(pages: str, server: str, pictures: Sequence[Picture], version: int) -> str:
    """A manifest that somebody else has made of pictures of this server, and that says no more of them than it must."""
    query = urlencode(
        {
            "service": [service_of(server, picture, version) for picture in pictures],
            "width": [picture.width for picture in pictures],
            "height": [picture.height for picture in pictures],
        },
        doseq=True,
    )
    return f"{pages}/manifest.json?{query}"


def open_visit(browser: Browser, server: str, address: str, screen: tuple[int, int] = DESKTOP) -> Visit:
    """A fresh visitor's page, when the viewer has drawn what it shows first."""
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]}, reduced_motion="reduce")
    visit = Visit(context.new_page(), server)
    visit.page.goto(address, wait_until="load")
    visit.page.locator(f"{CANVAS}, .leaflet-tile").first.wait_for(state="attached")
    visit.settle()
    return visit


def visit_album(browser: Browser, server: str, pages: str, viewer: Viewer, version: int) -> Visit:
    """All pictures in a foreign manifest, which has no thumbnails: the viewer makes one of each."""
    manifest = foreign_manifest(pages, server, PICTURES, version)
    return open_visit(browser, server, f"{pages}/pages/{viewer.name}.html?{urlencode({'manifest': manifest})}")


def visit_banner(browser: Browser, server: str, pages: str, picture: Picture, version: int) -> Visit:
    """Leaflet on a map lower than the smallest resolution: it invents smaller ones, and tiles beside the picture."""
    address = address_of(pages, LEAFLET, server, picture, version)
    return open_visit(browser, server, address, screen=(1200, 100))
