"""A real server meets files that break what decodes them."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from urllib.error import URLError

import pytest

from tests.breaking import install, obedient_gif, times
from tests.browsing import Visitor
from tests.live import live_server, manage, share_samples
from tests.processors.backends.jp2s import mosaic_of_noise

SECONDS = 60
ROWS = """
from processors.models import Processor
from images.models import DecodingSettings
Processor.objects.create(name="breaking", kind="breaking", position=1)
settings = DecodingSettings.current()
settings.seconds = settings.large_seconds = 2
settings.save()
"""


class Broken:
    """A server with the plug-in, and what it is asked."""

    def __init__(self, live, told):
        self.live = live
        self.told = told
        self.visitor = Visitor(live.url)

    def put(self, name, order, when="pixels"):
        (self.live.home / "images" / name).write_bytes(obedient_gif(order, when, self.told / name))

    def times(self, name):
        """How often the file was decoded."""
        return times(self.told / name)

    def ask(self, name, size="max"):
        """The status; `None` when the connection was cut."""
        with suppress(URLError, HTTPException, ConnectionError):
            return self.visitor.get(f"/iiif/3/{name}/full/{size}/0/default.jpg").status
        return None

    def wait_for(self, name, status):
        deadline = time.monotonic() + SECONDS
        while (last := self.ask(name)) != status:
            assert time.monotonic() < deadline, f"{name}: {last}, not {status}. {self.log()}"
            time.sleep(0.05)

    def wait_until(self, is_so):
        deadline = time.monotonic() + SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def log(self):
        log = self.live.home / "logs" / "iiifserver.log"
        return log.read_text() if log.exists() else ""


@contextmanager
def breakable(tmp_path_factory, drawn_samples, *arguments):
    folder = tmp_path_factory.mktemp("breaking")
    home, plugins, told = folder / "home", folder / "plugins", folder / "told"
    share_samples(drawn_samples, home)
    install(plugins)
    told.mkdir()
    prepared = manage(home, "iiif_prepare", PYTHONPATH=str(plugins))
    assert prepared.returncode == 0, prepared.stderr
    set_up = manage(home, "shell", "-c", ROWS, PYTHONPATH=str(plugins))
    assert set_up.returncode == 0, set_up.stderr
    with live_server(home, "--no-prepare", *arguments, PYTHONPATH=str(plugins)) as live:
        yield Broken(live, told)


@pytest.fixture(scope="module")
def server(tmp_path_factory, drawn_samples):
    """Two workers."""
    with breakable(tmp_path_factory, drawn_samples) as broken:
        yield broken


@pytest.fixture(scope="module")
def single(tmp_path_factory, drawn_samples):
    """One worker, in which whatever is decoded at the same time is decoded together."""
    with breakable(tmp_path_factory, drawn_samples, "--workers", "1") as broken:
        yield broken


@pytest.mark.parametrize(
    ("order", "when"), [("crash", "pixels"), ("crash", "header"), ("exit", "pixels")], ids=["read", "header", "exit"]
)
def test_a_file_that_crashes_a_worker_is_refused_from_then_on(server, order, when):
    name = f"{order}-{when}.gif"
    server.put(name, order, when)
    assert server.ask(name) is None
    server.wait_for(name, 501)
    before = server.times(name)
    assert [server.ask(name, size) for size in ("max", "10,", "20,")] == [501] * 3
    assert server.times(name) == before


def test_the_answer_is_a_plain_sentence(server):
    server.put("told.gif", "crash")
    server.ask("told.gif")
    server.wait_for("told.gif", 501)
    reply = server.visitor.get("/iiif/3/told.gif/info.json")
    assert reply.status == 501
    assert reply.text.startswith("This image made the program that reads it break down")
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.slow
@pytest.mark.parametrize("order", ["hang", "hold"], ids=["others go on", "nobody else goes on"])
def test_a_file_that_hangs_is_too_slow(server, order):
    name = f"{order}.gif"
    server.put(name, order)
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(server.ask, name)
        assert hanging.result(SECONDS) is None
    server.wait_for(name, 504)
    assert server.times(name) == 1


@pytest.mark.slow
def test_a_worker_is_ended_in_the_middle_of_openjpeg(server):
    """Its thread is in C code for seconds, and nothing in Python could stop it."""
    name = "endless.j2k"
    (server.live.home / "images" / name).write_bytes(mosaic_of_noise(20, 20))
    assert server.visitor.get(f"/iiif/3/{name}/info.json").status == 200
    assert server.ask(name) is None
    server.wait_for(name, 504)
    assert server.ask(name, "100,") == 504


@pytest.mark.slow
def test_other_images_are_answered_meanwhile(server):
    server.put("meanwhile.gif", "hang")
    statuses = []
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(server.ask, "meanwhile.gif")
        while not hanging.done():
            statuses.append(server.ask("deep-zoom.tif", f"{200 + len(statuses) % 100},"))
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_a_new_version_is_tried_again(server):
    server.put("changed.gif", "crash")
    assert server.ask("changed.gif") is None
    server.wait_for("changed.gif", 501)
    server.put("changed.gif", "work")
    server.wait_for("changed.gif", 200)


def test_staff_find_the_file_and_have_it_tried_again(server):
    server.put("cleared.gif", "crash")
    assert server.ask("cleared.gif") is None
    server.wait_for("cleared.gif", 501)
    staff = Visitor(server.live.url)
    staff.sign_in(server.live.password)
    page = staff.get("/admin/iiif_images/failedfile/?q=cleared.gif")
    assert "SIGSEGV" in page.text
    number = re.search(r"/admin/iiif_images/failedfile/(\d+)/change/", page.text)[1]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    before = server.times("cleared.gif")
    assert staff.post(f"/admin/iiif_images/failedfile/{number}/clear/", {"csrfmiddlewaretoken": token}).status == 302
    server.wait_for("cleared.gif", None)
    assert server.times("cleared.gif") > before


@pytest.mark.slow
def test_of_two_files_in_one_worker_the_guilty_one_is_found(single):
    single.put("guilty.gif", "crash")
    single.put("innocent.gif", "company")
    with ThreadPoolExecutor() as pool:
        company = pool.submit(single.ask, "innocent.gif")
        single.wait_until(lambda: single.times("innocent.gif"))
        assert single.ask("guilty.gif") is None
        assert company.result(SECONDS) is None
    (single.told / "innocent.gif.go").touch()
    single.wait_for("guilty.gif", 501)
    assert single.times("guilty.gif") == 2
    single.wait_for("innocent.gif", 200)


@pytest.mark.slow
def test_a_worker_that_was_killed_once_proves_nothing(single):
    single.put("killed.gif", "starve")
    assert single.ask("killed.gif") is None
    single.wait_for("killed.gif", 501)
    assert single.times("killed.gif") == 2


def test_the_status_page_counts_them(server):
    server.put("counted.gif", "crash")
    assert server.ask("counted.gif") is None
    server.wait_for("counted.gif", 501)
    staff = Visitor(server.live.url)
    staff.sign_in(server.live.password)
    page = staff.get("/admin/iiif_images/status/").text
    assert re.search(r"Files that failed</th><td><a [^>]+>[1-9]", page)
    assert "Nobody notices" not in page
