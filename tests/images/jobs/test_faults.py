"""What real processes do when others die, or want the same."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psutil
import pytest

from caching.seal import sealed, unsealed
from caching.stamp import stamp_of
from images.jobs import warming
from images.jobs.queue import GAVE_UP
from tests.breaking import install, obedient_gif, times
from tests.images.jobs.live_queue import SECONDS, LiveQueue, process
from tests.live import STOP_SECONDS, live_server, manage, share_samples

PICTURE = "/iiif/3/orientation.jpg/full/120,/0/default.jpg"


@pytest.fixture(scope="module")
def live(tmp_path_factory, drawn_samples):
    home = tmp_path_factory.mktemp("jobs") / "home"
    share_samples(drawn_samples, home)
    with live_server(home) as server:
        yield server


@pytest.fixture
def jobs(live):
    queue = LiveQueue(live.home / "db.sqlite3")
    queue.wait_for_runners(1)
    return queue


def test_a_server_has_one_runner_that_does_what_is_ordered(jobs):
    number = jobs.order(0.1)
    row = jobs.wait_for_state(number, "done")
    assert row["outcome"] == "Done nothing."
    assert row["attempts"] == 0


def test_the_job_of_a_runner_that_is_killed_is_taken_up_by_the_next(jobs):
    number = jobs.order(1.5)
    row = jobs.wait_for(number, lambda row: row["state"] == "running" and row["progress_done"] > 0)
    (runner,) = jobs.runners()
    assert row["runner"] == runner["name"]
    os.kill(runner["process"], signal.SIGKILL)
    taken = jobs.wait_for(number, lambda row: row["runner"] != runner["name"])
    assert taken["attempts"] == 2
    jobs.wait_for_state(number, "done")
    (second,) = jobs.wait_for_runners(1)
    assert second["process"] != runner["process"]


def test_a_job_is_cancelled_in_the_middle(jobs):
    number = jobs.order(600)
    jobs.wait_for_state(number, "running")
    jobs.cancel(number)
    assert jobs.wait_for_state(number, "cancelled")["outcome"] == "Cancelled."


def test_two_runners_of_one_machine_do_each_job_once(live, jobs):
    with process(live.home, "iiif_jobs") as second:
        numbers = [jobs.order(0.05) for _ in range(8)]
        rows = [jobs.wait_for_state(number, "done") for number in numbers]
        (runner,) = jobs.runners()
        assert second.poll() is None
    assert {row["runner"] for row in rows} == {runner["name"]}
    assert runner["process"] != second.pid


@pytest.mark.slow
def test_two_machines_share_a_database_and_one_leads_until_it_dies(tmp_path, drawn_samples):
    database = tmp_path / "shared.sqlite3"
    shared = {"DATABASE_URL": f"sqlite:///{database}"}
    homes = [tmp_path / "one", tmp_path / "two"]
    for home in homes:
        share_samples(drawn_samples, home)
        assert manage(home, "iiif_prepare", **shared).returncode == 0
    queue = LiveQueue(database)
    with process(homes[0], "iiif_jobs", **shared) as one, process(homes[1], "iiif_jobs", **shared) as two:
        queue.wait_for_runners(2)
        numbers = [queue.order(0.05) for _ in range(6)]
        (leader,) = {queue.wait_for_state(number, "done")["runner"] for number in numbers}
        pids = {row["name"]: row["process"] for row in queue.runners()}
        os.kill(pids[leader], signal.SIGKILL)
        number = queue.order(0.05)
        row = queue.wait_for_state(number, "done")
        assert row["runner"] != leader
        assert {one.pid, two.pid} == set(pids.values())


def test_a_purge_under_load_reaches_every_worker_and_nothing_old_comes_back(live, jobs):
    jobs.rows("UPDATE iiif_images_apisettings SET tasks_enabled = 1")
    assert fetch(live.url + PICTURE)
    forge_entries(live.home)
    assert fetch(live.url + PICTURE) == b"OLD"
    is_over, answers = Event(), []

    def ask(_: int) -> None:
        while not is_over.is_set():
            begun = time.monotonic()
            answers.append((begun, fetch(live.url + PICTURE)))

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask, number) for number in range(4)]
        try:
            number = purge(live)
            ordered_at = time.monotonic()
            row = jobs.wait_for_state(number, "done")
            while not any(begun > ordered_at + 3 for begun, _ in answers):
                assert time.monotonic() < ordered_at + SECONDS
                time.sleep(0.05)
        finally:
            is_over.set()
        for one in asking:
            one.result(SECONDS)
    assert row["state"] == "done"
    assert {body == b"OLD" for begun, body in answers if begun > ordered_at + 2} == {False}


def family(pid: int, size: int) -> list[psutil.Process]:
    """The two workers, the keeper and the runner, as soon as all are there."""
    deadline = time.monotonic() + SECONDS
    while len(found := psutil.Process(pid).children(recursive=True)) < size:
        assert time.monotonic() < deadline, found
    return found


def test_the_server_takes_its_runner_along_when_it_ends(tmp_path, drawn_samples):
    home = tmp_path / "home"
    share_samples(drawn_samples, home)
    with live_server(home) as server:
        queue = LiveQueue(home / "db.sqlite3")
        queue.wait_for_runners(1)
        children = family(server.pid, 4)
        number = queue.order(600)
        queue.wait_for(number, lambda row: row["progress_done"] > 0)
    gone, alive = psutil.wait_procs(children, timeout=STOP_SECONDS)
    assert len(gone) == 4
    assert not alive
    assert queue.job(number)["state"] == "waiting"
    assert queue.job(number)["attempts"] == 0
    assert queue.runners() == []
    assert (home / "stderr.txt").read_text() == ""


@pytest.mark.slow
def test_jobs_survive_a_restart(tmp_path, drawn_samples):
    home = tmp_path / "home"
    share_samples(drawn_samples, home)
    queue = LiveQueue(home / "db.sqlite3")
    with live_server(home):
        number = queue.order(600)
        before = queue.wait_for(number, lambda row: row["progress_done"] > 0)
    with live_server(home):
        after = queue.wait_for_state(number, "running")
        assert after["runner"] != before["runner"]
        assert after["started_at"] > before["started_at"]
        queue.cancel(number)
        queue.wait_for_state(number, "cancelled")


@pytest.mark.slow
def test_a_file_that_breaks_what_reads_it_does_not_block_the_queue(tmp_path, drawn_samples):
    home, plugins, told = tmp_path / "home", tmp_path / "plugins", tmp_path / "told"
    share_samples(drawn_samples, home)
    install(plugins)
    assert manage(home, "iiif_prepare", PYTHONPATH=str(plugins)).returncode == 0
    row = "from processors.models import Processor; Processor.objects.create(name='x', kind='breaking', position=1)"
    assert manage(home, "shell", "-c", row, PYTHONPATH=str(plugins)).returncode == 0
    (home / "images").mkdir(exist_ok=True)
    (home / "images" / "broken.gif").write_bytes(obedient_gif("crash", "pixels", told))
    queue = LiveQueue(home / "db.sqlite3")
    with live_server(home, "--no-prepare", PYTHONPATH=str(plugins)):
        broken = queue.order_job("warm", warming.arguments(identifiers=["broken.gif"]))
        whole = queue.order_job("warm", warming.arguments(identifiers=["orientation.jpg"], tiles=False))
        first = queue.wait_for(broken, lambda row: row["state"] in ("done", "failed"), 2 * SECONDS)
        second = queue.wait_for(whole, lambda row: row["state"] in ("done", "failed"), 2 * SECONDS)
    assert times(told) > 0
    assert "broken.gif" in first["outcome"] or first["outcome"] == GAVE_UP
    assert second["state"] == "done", second["outcome"]
    assert "1 image " in second["outcome"]


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read()


def forge_entries(home) -> None:
    """Every finished picture becomes another, so that who gets it got it from the cache."""
    files = [file for file in (home / "cache" / "derivatives").glob("??/*/*") if file.is_file()]
    assert files
    for file in files:
        stamp = stamp_of(unsealed(file.read_bytes()))
        file.write_bytes(sealed(stamp.before(b"OLD")))


def purge(live) -> str:
    """Orders a purge of everything as a program would; the task's number."""
    account = base64.b64encode(f"admin:{live.password}".encode()).decode()
    request = urllib.request.Request(
        f"{live.url}/tasks",
        data=json.dumps({"verb": "PurgeCache"}).encode(),
        headers={"Authorization": f"Basic {account}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        assert answer.status == 202
        return json.load(answer)["uuid"]
