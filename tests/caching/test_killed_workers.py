"""A worker of a real server is killed while it makes what others wait for."""

from __future__ import annotations

import io
import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest
from PIL import Image

from tests.breaking import install, obedient_gif
from tests.browsing import Visitor
from tests.live import live_server, manage, share_samples

pytestmark = pytest.mark.slow

SECONDS = 60
MOST_CLIENTS = 32
FOLLOWERS = 2
ROW = "from processors.models import Processor; Processor.objects.create(name='breaking', kind='breaking', position=1)"


@pytest.fixture
def live(tmp_path, drawn_samples):
    """Two workers, and a plug-in that makes a picture for as long as a file tells it."""
    folder, plugins = tmp_path / "server", tmp_path / "plugins"
    share_samples(drawn_samples, folder)
    install(plugins)
    assert manage(folder, "iiif_prepare", PYTHONPATH=str(plugins)).returncode == 0
    assert manage(folder, "shell", "-c", ROW, PYTHONPATH=str(plugins)).returncode == 0
    with live_server(folder, "--no-prepare", PYTHONPATH=str(plugins)) as server:
        yield server


def wait_until(is_so) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def leaders(folder: Path) -> list[int]:
    """The processes that hold a lock because they make a picture, as the kernel knows them."""
    inode = (folder / "flights.lock").stat().st_ino
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return [int(lock[4]) for lock in locks if lock[1] == "POSIX" and int(lock[5].rpartition(":")[2]) == inode]


def accepted(worker: int) -> int:
    """How many visitors are connected to the process."""
    with suppress(psutil.NoSuchProcess):
        connections = psutil.Process(worker).net_connections("tcp")
        return sum(connection.status == psutil.CONN_ESTABLISHED for connection in connections)
    return 0


def answered(requests: list[Future[tuple[int, bytes]]]) -> int:
    return sum(request.done() for request in requests)


def test_while_it_leads_others_get_the_whole_picture_and_no_lock_is_left(live, tmp_path):
    told = tmp_path / "told"
    (live.home / "images" / "killed.gif").write_bytes(obedient_gif("company", "pixels", told))

    def ask() -> tuple[int, bytes]:
        """The answer; a status of 0 where the connection was cut."""
        with suppress(URLError, HTTPException, ConnectionError):
            reply = Visitor(live.url).get("/iiif/3/killed.gif/full/max/0/default.jpg")
            return reply.status, reply.body
        return 0, b""

    with ThreadPoolExecutor(MOST_CLIENTS) as pool:
        first = pool.submit(ask)
        wait_until(told.exists)
        (leader,) = leaders(live.home)
        workers = [child.pid for child in psutil.Process(live.pid).children() if child.pid != leader]
        followers = []
        while sum(map(accepted, workers)) < FOLLOWERS:
            assert len(followers) < MOST_CLIENTS, "one worker takes all visitors"
            followers.append(pool.submit(ask))
            wait_until(lambda: answered(followers) + sum(map(accepted, [leader, *workers])) > len(followers))
        os.kill(leader, signal.SIGKILL)
        told.with_name("told.go").touch()
        answers = [follower.result(SECONDS) for follower in followers]
    assert first.result(SECONDS) == (0, b"")
    pictures = {content for status, content in answers if status == 200}
    # Who came to the worker that died was cut off, or had been told that it has no seats left for those who wait.
    assert {status for status, _ in answers} <= {0, 200, 503}
    assert len(pictures) == 1
    with Image.open(io.BytesIO(pictures.pop())) as picture:
        picture.load()
    assert leaders(live.home) == []
    wait_until(lambda: ask()[0] == 200)
