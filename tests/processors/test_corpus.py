"""The images that Pillow tests itself with: broken, hostile and odd ones among them. They are fetched, and never
committed.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tarfile
from pathlib import Path

import PIL
import pytest

from tests.live import ROOT
from tests.processors.corpus import DONE, FAILS

pytestmark = pytest.mark.slow

FETCHING_SECONDS = 300
SERVING_SECONDS = 900
FEWEST_SERVED = 400


@pytest.fixture(scope="session")
def corpus(pytestconfig) -> Path:
    """The folder of images of the source distribution of the very Pillow that is installed."""
    cache = pytestconfig.cache.mkdir("corpus")
    folder = cache / f"pillow-{PIL.__version__}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unpack(fetched(cache), folder)
    return folder


def fetched(cache: Path) -> Path:
    wanted = f"pillow=={PIL.__version__}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-binary",
        "pillow",
        "--no-deps",
        "--dest",
        str(cache),
        wanted,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCHING_SECONDS)
    if done.returncode:
        pytest.skip(f"The source distribution of Pillow cannot be fetched: {done.stderr.strip().splitlines()[-1]}")
    return next(cache.glob(f"pillow-{PIL.__version__}.tar.gz"))


def unpack(archive: Path, folder: Path) -> None:
    """The images alone, put in their place when all of them are there."""
    unfinished = folder.with_suffix(".unfinished")
    with tarfile.open(archive) as tar:
        images = [member for member in tar.getmembers() if "/Tests/images/" in member.name and member.isfile()]
        tar.extractall(unfinished, images, filter="data")
    unfinished.rename(folder)
    archive.unlink()


def test_no_image_of_the_corpus_is_our_own_fault_or_ends_the_process(corpus: Path, tmp_path):
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "tests.processors.corpus",
        str(corpus),
        str(tmp_path / "home"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SERVING_SECONDS, cwd=ROOT)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, f"The process ended at “{lines[-1] if lines else ''}”: {done.stderr[-2000:]}"
    assert [line for line in lines if line.startswith(FAILS)] == []
    assert int(lines[-1].removeprefix(f"{DONE} ")) > FEWEST_SERVED
