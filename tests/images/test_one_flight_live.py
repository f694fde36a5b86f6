"""However many ask a real server for the same new picture at once, it is made once, whichever worker they meet."""

from __future__ import annotations

import http.client
import re
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.live import live_server, manage, share_samples

pytestmark = pytest.mark.slow

CLIENTS = 200
SECONDS = 60
LET_US_READ_NUMBERS = """
from iiifserver.changes import one_act
from images.jobs.settings import ApiSettings
with one_act():
    row = ApiSettings.current()
    row.metrics_networks = "127.0.0.1"
    row.save()
"""

RENDERS = re.compile(r"^iiifserver_renders_total(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def live(tmp_path_factory, drawn_samples):
    home = tmp_path_factory.mktemp("flight") / "home"
    share_samples(drawn_samples, home)
    with live_server(home, "--workers", "3") as server:
        opened = manage(home, "shell", "--verbosity", "0", "-c", LET_US_READ_NUMBERS)
        assert opened.returncode == 0, opened.stderr
        yield server


def renders(server) -> int:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=SECONDS) as response:
        return round(sum(float(number) for number in RENDERS.findall(response.read().decode())))


def ask(server, path: str, together: threading.Barrier) -> tuple[int, bytes]:
    """The answer to a request that leaves together with all others."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=SECONDS)
    try:
        connection.connect()
        together.wait(SECONDS)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "parameters", ["100,100,2000,2000/500,/0/default.jpg", "full/700,/0/gray.png", "full/2900,/0/default.png"]
)
def test_two_hundred_clients_get_one_picture_that_is_made_once(live, parameters):
    path, together, before = f"/iiif/3/deep-zoom.tif/{parameters}", threading.Barrier(CLIENTS), renders(live)
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda _: ask(live, path, together), range(CLIENTS)))
    assert {status for status, _ in answers} == {200}
    assert len({content for _, content in answers}) == 1
    assert renders(live) - before == 1
