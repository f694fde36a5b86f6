from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from images.samples import SAMPLES, write_samples

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All samples at full size, drawn once for all tests; not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "new"
    write_samples(folder)
    return folder


@pytest.fixture
def nearly_full_folder(tmp_path: Path) -> Path:
    """A folder in which only the colour grid, the quickest to draw, is missing; the others are one byte each."""
    for sample in SAMPLES[:-1]:
        (tmp_path / sample.name).write_bytes(b"x")
    return tmp_path
