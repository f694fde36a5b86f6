"""What the workers of a real server count can be read together, and by others."""

from __future__ import annotations

import time
from urllib.request import urlopen

import pytest

from images.activity.counts import growth, total
from images.activity.readings import counters
from images.activity.top_images import counted_in
from images.metrics import SHARED_FOLDER_VARIABLE

PICTURES = 8
SECONDS = 60

pytestmark = pytest.mark.slow


def test_the_workers_of_a_server_count_together(server, monkeypatch):
    [folder] = (server.home / "run").glob("numbers-*")
    monkeypatch.setenv(SHARED_FOLDER_VARIABLE, str(folder))
    before = counters()
    for width in range(100, 100 + PICTURES):
        with urlopen(f"{server.url}/iiif/3/orientation.jpg/full/{width},/0/default.jpg", timeout=SECONDS) as answer:
            assert answer.read(2) == b"\xff\xd8"
    grown = growth(before, counters())
    assert total(grown, "requests", "image", "200") == PICTURES
    assert total(grown, "waits", "image", "+Inf") == PICTURES
    # However slow the machine is, the last of them is in one of the two minutes that can be read.
    now = int(time.time()) // 60
    assert "orientation.jpg" in {name for minute in (now - 1, now) for name, _ in counted_in(folder, minute)}
