"""Settings change while visitors ask: each answer is made with one configuration, and none is an error."""

from __future__ import annotations

import io
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from PIL import Image

from tests.live import ROOT, command, live_server, share_samples, variables

pytestmark = pytest.mark.slow

CHANGES = 100
CLIENTS = 16

CHANGE = f"""
from images.models import HttpSettings
from iiifserver.changes import one_act
from processors.models import OutputSettings

for number in range({CHANGES}):
    with one_act():
        output, http = OutputSettings.current(), HttpSettings.current()
        output.background, http.images_max_age_seconds = ("red", 111) if number % 2 else ("blue", 222)
        output.save()
        http.save()
"""
"""Two settings of two tables, always changed together."""

PAIRS = {("max-age=86400", "white"), ("max-age=111", "red"), ("max-age=222", "blue")}
COLOURS = {"white": (255, 255, 255), "red": (255, 0, 0), "blue": (0, 0, 255)}


def answer(server, degrees):
    """What an answer says of its freshness, and the colour of its corner."""
    address = f"{server.url}/iiif/3/alpha.png/full/60,/{degrees}/default.jpg"
    with urllib.request.urlopen(address, timeout=10) as response:
        freshness = response.headers["Cache-Control"].split(", ")[1]
        with Image.open(io.BytesIO(response.read())) as image:
            corner = image.convert("RGB").getpixel((0, 0))
    return freshness, min(COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(COLOURS[name], corner, strict=True)))


class Client(threading.Thread):
    """Asks for one picture after the other until it is told to stop."""

    def __init__(self, server, number, is_over):
        super().__init__()
        self.server, self.number, self.is_over = server, number, is_over
        self.answers, self.errors = [], []

    def run(self):
        turn = self.number
        while not self.is_over.is_set():
            turn += CLIENTS
            try:
                self.answers.append(answer(self.server, 1 + turn % 8800 / 100))
            except (OSError, urllib.error.HTTPError) as error:
                self.errors.append(repr(error))


def test_no_answer_mixes_two_configurations_and_none_is_an_error(tmp_path, drawn_samples):
    home = tmp_path / "home"
    share_samples(drawn_samples, home)
    is_over = threading.Event()
    with live_server(home, IIIFSERVER_CONFIGURATION_POLL_SECONDS="0") as server:
        clients = [Client(server, number, is_over) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            subprocess.run(
                command("shell", "--verbosity", "0", "-c", CHANGE),
                env=variables(home),
                cwd=ROOT,
                check=True,
                capture_output=True,
                timeout=120,
            )
        finally:
            is_over.set()
            for client in clients:
                client.join()
        assert answer(server, 45.01) == ("max-age=111", "red")
    assert [client.errors for client in clients] == [[]] * CLIENTS
    answers = [pair for client in clients for pair in client.answers]
    assert set(answers) <= PAIRS
    assert len(answers) > CLIENTS
    assert len(set(answers)) == len(PAIRS)
