from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from images.samples import SAMPLES, write_samples
from images.samples.studio import Studio

if TYPE_CHECKING:
    from pathlib import Path

GRID = SAMPLES[-1].name


def test_every_sample_is_written_and_nothing_else(sample_folder: Path) -> None:
    assert sorted(os.listdir(sample_folder)) == sorted(sample.name for sample in SAMPLES)


def test_every_sample_is_described() -> None:
    assert all(sample.title and sample.description for sample in SAMPLES)


def test_samples_can_be_read_by_other_users(sample_folder: Path) -> None:
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in sample_folder.iterdir())


def test_a_second_call_rewrites_nothing(sample_folder: Path) -> None:
    before = {path.name: path.stat() for path in sample_folder.iterdir()}
    write_samples(sample_folder)
    after = {path.name: path.stat() for path in sample_folder.iterdir()}
    assert {n: (s.st_ino, s.st_mtime_ns) for n, s in before.items()} == {
        n: (s.st_ino, s.st_mtime_ns) for n, s in after.items()
    }


def test_only_what_is_missing_is_written(nearly_full_folder: Path) -> None:
    write_samples(nearly_full_folder)
    assert (nearly_full_folder / "deep-zoom.tif").read_bytes() == b"x"
    with Image.open(nearly_full_folder / GRID) as grid:
        assert grid.size == (1000, 1000)


def test_an_interrupted_write_leaves_nothing_behind(nearly_full_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half_a_file(_: Studio, __: str, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Studio, "write", half_a_file)
    with pytest.raises(KeyboardInterrupt):
        write_samples(nearly_full_folder)
    assert sorted(os.listdir(nearly_full_folder)) == sorted(sample.name for sample in SAMPLES[:-1])


def test_the_list_of_samples_costs_no_heavy_imports() -> None:
    code = "import sys, images.samples; print([m for m in ('numpy', 'PIL', 'tifffile') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
