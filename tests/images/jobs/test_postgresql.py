"""Jobs of several machines that share a real PostgreSQL: real processes, some of which are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from images.jobs.model import RUNNER_DEAD_AFTER
from tests.images.jobs.live_queue import PostgresqlQueue, process
from tests.live import ROOT, manage, share_samples, variables

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SECONDS = 120
WHOLE_RUNNER = "test_runner.py::test_a_whole_runner_works_in_both_lanes_and_ends_when_it_is_told"
OF_THE_QUEUE = ("test_doing.py", "test_election.py", "test_queue.py", "test_schedule.py", WHOLE_RUNNER)
OF_THE_CONFIGURATION = ("../test_runtime.py",)
"""Inside a transaction, as a site's own tests are; there a connection that is closed does not come back."""


@pytest.fixture(scope="module")
def database_url(postgresql_url):
    """Of a database that the machines share."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS jobs WITH (FORCE)")
        connection.execute("CREATE DATABASE jobs")
    return urlsplit(postgresql_url)._replace(path="/jobs").geturl()


@pytest.fixture(scope="module")
def shared(database_url):
    """The variables of machines that share the database."""
    return {"DATABASE_URL": database_url, "IIIFSERVER_SECRET_KEY": "a key that all machines share " * 2}


@pytest.fixture(scope="module")
def homes(tmp_path_factory, drawn_samples, shared):
    """The homes of two machines."""
    found = [tmp_path_factory.mktemp(name) / "home" for name in ("one", "two")]
    for home in found:
        share_samples(drawn_samples, home)
        prepared = manage(home, "iiif_prepare", **shared)
        assert prepared.returncode == 0, prepared.stderr
    return found


@pytest.fixture
def jobs(database_url, homes):
    """What the machines share, without any trace of runners that have been there."""
    queue = PostgresqlQueue(database_url)
    for table in ("job", "jobrunner", "lease"):
        queue.rows(f"DELETE FROM iiif_images_{table}")
    return queue


def test_what_holds_for_the_queue_and_the_configuration_holds_on_postgresql(database_url):
    tests = [str(HERE / name) for name in (*OF_THE_QUEUE, *OF_THE_CONFIGURATION)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", *tests],
        env={
            **variables(ROOT, TESTS_POSTGRESQL_URL=database_url),
            "DJANGO_SETTINGS_MODULE": "tests.images.jobs.on_postgresql",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_of_two_machines_one_leads_and_each_job_is_done_once(homes, jobs, shared):
    with process(homes[0], "worker", **shared), process(homes[1], "iiif_jobs", **shared):
        runners = jobs.wait_for_runners(2)
        of_all = [jobs.order(0.05) for _ in range(6)]
        of_each = {runner["name"]: jobs.order(0.05, runner["machine"]) for runner in runners}
        did = Counter(jobs.wait_for_state(number, "done")["runner"] for number in of_all)
        assert len(did) == 1
        assert {name: jobs.wait_for_state(number, "done")["runner"] for name, number in of_each.items()} == {
            name: name for name in of_each
        }
        (leader,) = [runner["name"] for runner in jobs.runners() if runner["is_leader"]]
        assert did == {leader: 6}


def test_the_job_of_a_machine_that_dies_in_the_middle_is_taken_up_by_another(homes, jobs, shared):
    with process(homes[0], "iiif_jobs", **shared), process(homes[1], "iiif_jobs", **shared):
        pids = {runner["name"]: runner["process"] for runner in jobs.wait_for_runners(2)}
        number = jobs.order(600)
        first = jobs.wait_for(number, lambda row: row["progress_done"] > 0)
        os.kill(pids[first["runner"]], signal.SIGKILL)
        second = jobs.wait_for(number, lambda row: row["runner"] != first["runner"], SECONDS)
        assert second["attempts"] == 2
        assert second["started_at"] - first["heartbeat_at"] >= RUNNER_DEAD_AFTER
        assert second["runner"] in pids
        jobs.cancel(number)
        jobs.wait_for_state(number, "cancelled")
        assert [lease["holder"] for lease in jobs.rows("SELECT * FROM iiif_images_lease")] == [second["runner"]]


def test_the_workers_of_a_site_do_jobs_and_take_up_those_of_one_that_dies(homes, jobs, shared):
    home = homes[0]
    site = {**shared, "DJANGO_SETTINGS_MODULE": "tests.images.jobs.site_with_workers"}
    assert manage(home, "migrate", **site).returncode == 0
    order = "from images.jobs import queue; print(queue.order('sleep', {'seconds': 600}).uuid)"
    with process(home, "db_worker", **site) as one, process(home, "db_worker", **site) as two:
        number = manage(home, "shell", "--verbosity", "0", "--command", order, **site).stdout.strip()
        first = jobs.wait_for(number, lambda row: row["progress_done"] > 0)
        worker = int(first["runner"].removeprefix("task-").partition("-")[0])
        assert worker in (one.pid, two.pid)
        psutil.Process(worker).kill()
        long_ago = datetime.now(UTC) - 2 * RUNNER_DEAD_AFTER
        jobs.rows("UPDATE iiif_images_job SET heartbeat_at = ? WHERE uuid = ?", long_ago, number)
        assert manage(home, "iiif_maintain", "--quiet", **site).returncode == 0
        second = jobs.wait_for(number, lambda row: row["runner"] != first["runner"], SECONDS)
        assert second["attempts"] == 2
        jobs.cancel(number)
        assert jobs.wait_for_state(number, "cancelled")["outcome"] == "Cancelled."
        assert second["heartbeat_at"] > datetime.now(UTC) - timedelta(seconds=SECONDS)
