from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.docs.pages import DOCS
from tests.live import ROOT, variables


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The site as HTML, built as `make docs` builds it; a warning is an error."""
    folder = tmp_path_factory.mktemp("docs")
    before = seconds_of_children()
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(folder / "site")],
        env=variables(folder / "home"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "site" / "seconds").write_text(str(seconds_of_children() - before))
    return folder / "site"


def seconds_of_children():
    """The processor's time, which does not depend on what else the machine has to do."""
    used = os.times()
    return used.children_user + used.children_system
