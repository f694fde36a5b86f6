"""The tests on the page about plug-ins run as they are written there, beside the examples."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.docs.pages import DOCS, text_of
from tests.live import ROOT
from tests.variables import forget_variables

PAGE = DOCS / "develop" / "backends.md"
SHOWN = re.compile(
    r"^`(test_\w+\.py)`[^\n]*:\n\n```python\n(.*?)^```\n\n"
    r"```\{literalinclude\} (\S+)\n:language: python\n:start-at: \"(.*?)\"\n:end-before: \"(.*?)\"\n```",
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture
def package(tmp_path):
    """The examples, and the tests as a reader of the page would copy them."""
    for file in (DOCS / "examples").glob("*.*"):
        shutil.copy(file, tmp_path)
    for name, imports, path, start, end in SHOWN.findall(text_of("develop/backends.md")):
        lines = (PAGE.parent / path).read_text(encoding="utf-8")
        shown = lines[lines.index(start) :]
        (tmp_path / name).write_text(f"{imports}\n\n{shown[: shown.index(end, len(start))]}", encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_tests_of_the_page_run_as_they_are_written(package):
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    forget_variables(variables)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=package,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100


def test_the_page_shows_a_test_for_every_role(package):
    assert {file.name for file in package.glob("test_*.py")} == {
        "test_frame_overlay.py",
        "test_qoi_processor.py",
        "test_sqlite_cache.py",
        "test_zip_source.py",
    }
