"""Fixtures that every test may ask for, and the rule that a skip is a failure where everything is installed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path

import pytest

from images.samples import write_samples
from tests.live import ROOT, LiveServer, live_server, share_samples
from tests.object_stores import azure_server, google_server, s3_server
from tests.postgresql import postgresql_server

IS_CI = os.environ.get("CI", "").lower() == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _without_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _without_skip((yield))


def _without_skip(report):
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"With CI=true a skip is a failure. {reason}"
    return report


@pytest.fixture(scope="session")
def drawn_samples(pytestconfig) -> Path:
    """The folder of sample images, drawn once and kept until the code that draws them changes."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "images" / "samples").rglob("*.py")):
        digest.update(file.read_bytes())
    cache = pytestconfig.cache.mkdir("samples")
    folder = cache / digest.hexdigest()[:16]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_samples(folder)
    return folder


@pytest.fixture
def home(tmp_path, drawn_samples) -> Path:
    """A home that has its samples and nothing else."""
    share_samples(drawn_samples, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture(scope="session")
def server(tmp_path_factory, drawn_samples) -> LiveServer:
    """One real server for the whole session; tests share it and leave its settings as they are."""
    home = tmp_path_factory.mktemp("server") / "home"
    share_samples(drawn_samples, home)
    with live_server(home) as live:
        yield live


@pytest.fixture(scope="session")
def s3_address():
    """Of one server that speaks S3, for the whole session; a test uses buckets of its own, or cleans up."""
    with s3_server() as address:
        yield address


@pytest.fixture(scope="session")
def azure_address(tmp_path_factory):
    """Of the account of one server that speaks like Azure, likewise."""
    with azure_server(tmp_path_factory.mktemp("azurite")) as address:
        yield address


@pytest.fixture(scope="session")
def google_address():
    """Of one server that speaks like Google Cloud Storage, likewise."""
    with google_server() as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_url():
    """Of one real PostgreSQL, likewise."""
    with postgresql_server() as server:
        yield server.get_uri()
