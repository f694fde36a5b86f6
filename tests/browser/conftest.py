"""A real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from urllib.parse import urlsplit

import pytest

# Playwright runs a loop of its own in this thread; Django would take that for an asynchronous caller.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("There is no Chromium: install it with apt install chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page of a fresh visitor; what it complains of is a failure."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


class Watch:
    """All that a visit must not do: ask other machines, fail, or complain."""

    def __init__(self, page):
        self.faults, self.requests = [], []
        page.on("console", lambda message: self.blame(message.type == "error", message.text))
        page.on("pageerror", lambda error: self.blame(True, str(error)))
        page.on("dialog", lambda dialog: self.blame(True, f"a dialog: {dialog.message}") or dialog.dismiss())
        page.on("request", self.see)
        page.on("response", lambda answer: self.blame(answer.status >= 400, f"{answer.status} {answer.url}"))
        # Viewers leave off what they no longer need, and so does whoever turns to another page.
        page.on("requestfailed", lambda it: self.blame("ERR_ABORTED" not in it.failure, f"{it.failure} {it.url}"))

    def see(self, request):
        self.requests.append(request.url)
        place = urlsplit(request.url)
        is_here = place.hostname == "127.0.0.1" or place.scheme in {"data", "blob"}
        self.blame(not is_here, f"asked another machine: {request.url}")

    def blame(self, is_fault, words):
        if is_fault:
            self.faults.append(words)


@pytest.fixture
def open_page(chromium):
    """Opens a page for a visitor with a screen, a colour scheme and so on; whatever goes wrong is a failure."""
    contexts, watches = [], []

    def visit(address=None, width=1280, height=900, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", service_workers="block", **options
        )
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        page.watch = watches[-1]
        if address:
            page.goto(address, wait_until="load")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [fault for watch in watches for fault in watch.faults] == []
