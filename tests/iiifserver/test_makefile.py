from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.live import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is missing")


@pytest.fixture
def install_with(tmp_path):
    """Run `make install` in a folder of its own with an interpreter that fails in a known way."""

    def install(script):
        for name in ("Makefile", "pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, tmp_path / name)
        interpreter = tmp_path / "python"
        interpreter.write_text(f"#!/bin/sh\n{script}\n")
        interpreter.chmod(0o755)
        return subprocess.run(
            ["make", "install", f"PYTHON={interpreter}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return install


def test_an_old_interpreter_is_told_what_is_needed(install_with):
    done = install_with("exit 1")
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_missing_venv_module_is_told_with_its_package(install_with, tmp_path):
    done = install_with('case "$*" in *ensurepip*) exit 1;; esac')
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()
