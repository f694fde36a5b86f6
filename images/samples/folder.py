"""Puts the samples that are missing into a folder."""

from __future__ import annotations

from pathlib import Path

from images.samples.atomic import replacing
from images.samples.sample import SAMPLES


def write_samples(folder: Path) -> None:
    """Write every sample that is not there yet. Files that are there are left as they are, whatever they hold."""
    missing = [sample for sample in SAMPLES if not (folder / sample.name).exists()]
    if not missing:
        return
    # Only now: whoever just asks for the list of samples should not pay for numpy and tifffile.
    from images.samples.studio import Studio

    folder.mkdir(parents=True, exist_ok=True)
    studio = Studio()
    for sample in missing:
        with replacing(folder / sample.name) as unfinished:
            studio.write(sample.name, unfinished)
