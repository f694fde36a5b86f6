"""The official validator (PyPI: iiif-validator) against a live server."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live import live_server, manage

SCRIPT = Path(sysconfig.get_path("scripts")) / "iiif-validate.py"
IDENTIFIER = "67352ccc-d1b0-11e1-89ae-279075081939.png"
SECONDS = 120

# The script needs libmagic: pylibmagic carries one, for machines that have none, and is found once it is imported.
RUN = "import pylibmagic, runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"

# D-01: the specification's text gives `!2000,3000` the region's own size, the validator wants 400.
EXCEPTION = "size_noup"

# How many tests the tool has for level 2.
COUNTS = {"1.1": 29, "2.0": 30, "3.0": 33}

VERDICT = re.compile(r"^\[\d+\] test (\w+) (PASS|FAIL)$", re.MULTILINE)


def validate(url: str, version: str, *arguments: str) -> dict[str, str]:
    """The verdict on each test by its name; asserts that the tool ran to its end."""
    parts = urlsplit(url)
    command = [sys.executable, "-W", "ignore", "-c", RUN, str(SCRIPT)]
    place = ["--server", parts.netloc, "--prefix", f"iiif/{version[0]}", "--identifier", IDENTIFIER]
    done = subprocess.run(
        [*command, *place, f"--version={version}", *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    verdicts = dict(VERDICT.findall(output))
    failures = sum(verdict == "FAIL" for verdict in verdicts.values())
    assert f"Done ({len(verdicts)} tests, {failures} failures)" in output, output
    return verdicts


def failed(verdicts: dict[str, str]) -> set[str]:
    return {name for name, verdict in verdicts.items() if verdict == "FAIL"}


def test_version_2(server):
    verdicts = validate(server.url, "2.0", "--level", "2")
    assert len(verdicts) == COUNTS["2.0"]
    assert failed(verdicts) == set()


def test_version_3(server):
    """All but the one exception, which fails on `!2000,3000` alone."""
    verdicts = validate(server.url, "3.0", "--level", "2")
    assert len(verdicts) == COUNTS["3.0"]
    assert failed(verdicts) == {EXCEPTION}


def test_version_1(home):
    """Off by default; section C of the requirements."""
    with live_server(home) as live:
        save = "from images.models import EndpointSettings as E; row = E.current(); "
        done = manage(home, "shell", "--command", f"{save}row.version_1_enabled = True; row.save()")
        assert done.returncode == 0, done.stderr
        wait_for_status(f"{live.url}/iiif/1/{IDENTIFIER}/info.json", 200)
        verdicts = validate(live.url, "1.1", "--level", "2")
    assert len(verdicts) == COUNTS["1.1"]
    assert failed(verdicts) == set()


@pytest.mark.parametrize("size", ["1500,1500", ",1500", "1500,", "pct:200"])
def test_the_other_sizes_of_the_exception_are_refused(server, size):
    assert status(f"{server.url}/iiif/3/{IDENTIFIER}/full/{size}/0/default.jpg") == 400


def test_version_3_where_staff_have_oversized_boxes_refused(home):
    with live_server(home) as live:
        save = "from images.models import EndpointSettings as E; row = E.current(); "
        done = manage(home, "shell", "--command", f"{save}row.oversized_box = 'refuse'; row.save()")
        assert done.returncode == 0, done.stderr
        wait_for_status(f"{live.url}/iiif/3/{IDENTIFIER}/full/!2000,3000/0/default.jpg", 400)
        assert failed(validate(live.url, "3.0", "--test", EXCEPTION)) == set()


def wait_for_status(address: str, wanted: int) -> None:
    """Returns when the answer has this status twenty times in a row: each worker looks for news by itself."""
    deadline = time.monotonic() + 30
    in_a_row = 0
    while in_a_row < 20:
        in_a_row = in_a_row + 1 if status(address) == wanted else 0
        assert time.monotonic() < deadline, f"{address} never answers {wanted}"


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=20) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
