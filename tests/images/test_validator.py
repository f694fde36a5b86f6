"""The official validator (PyPI: iiif-validator) against a live server."""

from __future__ import annotations

import io
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
from PIL import Image

from tests.live import live_server, manage

SCRIPT = Path(sysconfig.get_path("scripts")) / "iiif-validate.py"
IDENTIFIER = "67352ccc-d1b0-11e1-89ae-279075081939.png"
SECONDS = 120

# The script needs libmagic: pylibmagic carries one, for machines that have none, and is found once it is imported.
RUN = "import pylibmagic, runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"

# D-01: the specification's text gives `!2000,3000` the region's own size, the validator wants 400.
EXCEPTION = "size_noup"

# How many tests the tool has for level 2, and for level 3.
COUNTS = {"1.1": 29, "2.0": 30, "3.0": 33}
COUNTS_OF_LEVEL_3 = {"2.0": 42, "3.0": 45}

# Faults of the tool that no server can help (requirements, F.3): the first three end it with an exception, or compare
# bytes with text; the last wants `^max` to be no larger than the image, and `^2000,` to be.
FAULTS = {
    "2.0": {"format_jp2", "format_pdf", "format_webp"},
    "3.0": {"format_jp2", "format_pdf", "format_webp", "size_up"},
}

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


@pytest.mark.slow
@pytest.mark.parametrize(("version", "exceptions"), [("2.0", set()), ("3.0", {EXCEPTION})])
def test_level_3_but_for_faults_of_the_tool(server, version, exceptions):
    verdicts = validate(server.url, version, "--level", "3")
    assert len(verdicts) == COUNTS_OF_LEVEL_3[version]
    assert failed(verdicts) == FAULTS[version] | exceptions


@pytest.mark.parametrize(("version", "size"), [(2, "full"), (3, "max")])
def test_webp_is_webp(server, version, size):
    """The tool's `format_webp`, without its fault."""
    address = f"{server.url}/iiif/{version}/{IDENTIFIER}/full/{size}/0/default.webp"
    with urllib.request.urlopen(address, timeout=20) as response:
        assert response.read()[8:12] == b"WEBP"


# What `size_up` asks one by one, of 1000 x 1000 pixels; `^max` goes to the limit, which is 50 million pixels.
ENLARGED = {
    "^1500,1500": (1500, 1500),
    "^,1500": (1500, 1500),
    "^1500,": (1500, 1500),
    "^pct:200": (2000, 2000),
    "^!2000,500": (500, 500),
    "^!2000,3000": (2000, 2000),
    "^max": (7071, 7071),
}


@pytest.mark.parametrize("size", ENLARGED)
def test_the_sizes_of_the_unsatisfiable_test_are_right(server, size):
    with urllib.request.urlopen(f"{server.url}/iiif/3/{IDENTIFIER}/full/{size}/0/default.jpg", timeout=60) as response:
        assert Image.open(io.BytesIO(response.read())).size == ENLARGED[size]


@pytest.mark.slow
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


@pytest.mark.slow
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
