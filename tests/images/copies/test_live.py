"""A real server with a large plain JPEG: before and after, and a runner that dies in the middle of a copy."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from caching.keys import digest
from iiifserver.testing.drawing import drawn
from tests.images.jobs.live_queue import SECONDS, LiveQueue
from tests.live import live_server, manage

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 6400, 4400
"""28 megapixels."""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    home = tmp_path_factory.mktemp("copies") / "home"
    images = home / "images"
    images.mkdir(parents=True)
    drawn(WIDTH, HEIGHT).save(images / "large.jpg", quality=90)
    (images / "other.jpg").write_bytes((images / "large.jpg").read_bytes())
    assert manage(home, "iiif_prepare").returncode == 0
    queue = LiveQueue(home / "db.sqlite3")
    queue.rows("UPDATE iiif_images_workingcopysettings SET makes = 'asked'")
    with live_server(home) as server:
        queue.wait_for_runners(1)
        yield server


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read()


def tile_url(live, identifier: str, column: int, row: int) -> str:
    x, y = 512 * column, 512 * row
    return f"{live.url}/iiif/3/{identifier}/{x},{y},512,512/512,512/0/default.jpg"


def copies_of(live, identifier: str) -> list[Path]:
    """The files that there are of an image; what a dead writer left is none."""
    image = digest(identifier)
    folder = live.home / "cache" / "working-copies" / image[:2] / image[2:]
    return [path for path in folder.iterdir() if path.suffix != ".tmp"]


def order_of(queue: LiveQueue, identifier: str) -> str:
    """The number of the job that copies the image."""
    deadline = time.monotonic() + SECONDS
    while True:
        for row in queue.rows("SELECT uuid, arguments FROM iiif_images_job WHERE kind = 'copy'"):
            if json.loads(row["arguments"])["identifier"] == identifier:
                return row["uuid"]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_first_request_has_a_copy_made_and_the_next_decode_nothing(live):
    queue = LiveQueue(live.home / "db.sqlite3")
    assert b"512" in fetch(f"{live.url}/iiif/3/large.jpg/info.json")
    fetch(tile_url(live, "large.jpg", 1, 1))
    row = queue.wait_for(order_of(queue, "large.jpg"), lambda row: row["state"] in ("done", "failed"))
    assert row["state"] == "done", row["outcome"]
    (slow,) = queue.rows("SELECT * FROM iiif_images_slowimage WHERE identifier = 'large.jpg'")
    assert slow["after_milliseconds"] < slow["before_milliseconds"]
    (copy,) = copies_of(live, "large.jpg")
    # A tile leaves the server byte for byte as the copy stores it.
    assert fetch(tile_url(live, "large.jpg", 3, 2))[-500:] in copy.read_bytes()


def test_the_copy_of_a_runner_that_is_killed_is_made_by_the_next(live):
    queue = LiveQueue(live.home / "db.sqlite3")
    fetch(tile_url(live, "other.jpg", 1, 1))
    number = order_of(queue, "other.jpg")
    row = queue.wait_for(number, lambda row: row["state"] == "running")
    (runner,) = queue.runners()
    os.kill(runner["process"], signal.SIGKILL)
    assert row["runner"] == runner["name"]
    taken = queue.wait_for(number, lambda row: row["state"] in ("done", "failed"), 2 * SECONDS)
    assert (taken["state"], taken["runner"] != runner["name"]) == ("done", True)
    (copy,) = copies_of(live, "other.jpg")
    assert fetch(tile_url(live, "other.jpg", 3, 2))[-500:] in copy.read_bytes()
