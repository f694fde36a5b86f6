"""The sample images, drawn once and kept until the code that draws them changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path

import images.samples
from images.samples import write_samples


def cache_folder() -> Path:
    """Where the bench keeps what it can use again; temporary homes stand beside it, on the same disk."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "iiifserver-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def drawn_samples() -> Path:
    """The folder of samples."""
    digest = hashlib.sha256()
    for file in sorted(Path(images.samples.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    folder = cache_folder() / f"samples-{digest.hexdigest()[:16]}"
    with (cache_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_samples(folder)
    return folder
