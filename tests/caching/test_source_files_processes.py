"""Several processes that want the same file from a web server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from caching.backends.source_filesystem import SourceFilesystemCache
from tests.sources.web_server import web_server

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
CONTENT = os.urandom(2_500_000)
ASKING = """
    import sys
    from concurrent.futures import ThreadPoolExecutor
    from hashlib import sha256
    sys.path.insert(0, {root!r})
    from django.conf import settings
    settings.configure(
        IIIFSERVER={{"HOME": {home!r}, "PRIVATE_NETWORKS": ["127.0.0.0/8"]}},
        INSTALLED_APPS=["django.contrib.contenttypes"],
    )
    import django
    django.setup()
    from caching.backends.source_filesystem import SourceFilesystemCache
    from caching.flight import Flights
    from caching.links import Link
    from caching.meeting import meeting_of_machine
    from caching.outage import Outage
    from caching.purges import Purges
    from caching.source_files import SourceFiles
    from sources.backends.http import HttpSource
    from sources.base import Place

    link = Link(1, "Files", SourceFilesystemCache.build({{}}), Outage("Reading"), Outage("Writing"))
    files = SourceFiles((link,), Purges(), Flights(16), meeting_of_machine())
    source = HttpSource.build({{"base_url": {address!r}, "mode": "head", "shared_cache_megabytes": 0}})

    def ask(_):
        found = files.keeping(source.find(Place(name="a.jpg")), "a.jpg", 0)
        with found.open() as handle, found.keep(handle, 10**9) as kept:
            return sha256(kept.read()).hexdigest()

    with ThreadPoolExecutor(8) as pool:
        print("ready", flush=True)
        sys.stdin.readline()
        print(*set(pool.map(ask, range(8))), flush=True)
"""


@pytest.fixture
def web(home):
    with web_server() as server:
        server.put("/a.jpg", CONTENT)
        yield server


@pytest.fixture
def asking(web, home):
    """Starts processes whose threads all ask for the same file when they are told to go."""
    started = []

    def start(count: int) -> list[subprocess.Popen[str]]:
        code = textwrap.dedent(ASKING).format(root=str(ROOT), home=str(home), address=f"{web.address}/")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.extend(subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) for _ in range(count))
        for process in started[-count:]:
            assert process.stdout.readline() == "ready\n"
        return started[-count:]

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=SECONDS)


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def answer_of(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=SECONDS)[0].strip()


def digest_of_content() -> str:
    return sha256(CONTENT).hexdigest()


def gets(web) -> list[int]:
    """How many bytes each GET brought."""
    return [request.sent for request in web.requests if request.method == "GET"]


@pytest.mark.slow
def test_eight_threads_of_each_of_two_processes_cause_one_get(asking, web):
    processes = asking(2)
    for process in processes:
        go(process)
    assert [answer_of(process) for process in processes] == [digest_of_content()] * 2
    assert gets(web) == [len(CONTENT)]


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_fetches_leaves_nothing_and_another_goes_on(asking, web):
    is_in_the_middle = threading.Event()

    def stop_in_the_middle(handler) -> bool:
        if handler.command != "GET" or is_in_the_middle.is_set():
            return False
        file = web.files["/a.jpg"]
        handler.answer(206, {"Content-Range": f"bytes 0-{file.size - 1}/{file.size}", "Content-Length": str(file.size)})
        handler.body(CONTENT[:100_000])
        is_in_the_middle.set()
        web.stop.wait(SECONDS)
        return True

    web.fault = stop_in_the_middle
    doomed, other = asking(2)
    go(doomed)
    assert is_in_the_middle.wait(SECONDS)
    go(other)
    os.kill(doomed.pid, signal.SIGKILL)
    assert answer_of(other) == digest_of_content()
    assert SourceFilesystemCache.build({}).usage().entries == 1
