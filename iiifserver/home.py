"""The folder that holds everything a run writes."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iiifserver.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Home:
    """Names every place below the home, makes them, and keeps its secrets."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "db.sqlite3"

    @property
    def images(self) -> Path:
        return self.path / "images"

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def media(self) -> Path:
        return self.path / "media"

    @property
    def static(self) -> Path:
        return self.path / "static"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    def create(self) -> None:
        """Make the home and its folders, or refuse in one sentence."""
        try:
            for folder in (self.path, self.images, self.samples, self.cache, self.media, self.static):
                folder.mkdir(parents=True, exist_ok=True)
            for private in (self.logs, self.run, self.keys):
                private.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._not_writable() from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise self._not_writable()

    def secret(self, name: str, generate: Callable[[], str]) -> str:
        """Return the secret kept under this name; the first caller of all generates it."""
        file = self.keys / name
        if not file.exists():
            with self.locked("keys"):
                if not file.exists():
                    _write_private(file, generate())
        return file.read_text(encoding="utf-8").strip()

    def numbers_of(self, pid: int) -> Path:
        """Make the folder for the counters of one server's workers; those of servers that have ended go away."""
        for folder in self.run.glob("numbers-*"):
            if not _is_running(folder.name.removeprefix("numbers-")):
                shutil.rmtree(folder, ignore_errors=True)
        folder = self.run / f"numbers-{pid}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Keep every other process that asks for the same name waiting until the block ends."""
        descriptor = os.open(self.run / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _not_writable(self) -> Refusal:
        return Refusal(
            f'{self.path} cannot be written: set IIIFSERVER_HOME, or in a site of your own IIIFSERVER["HOME"] in its '
            "settings, to a folder that this user may write, or give the user the right to write there."
        )


def _is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _write_private(file: Path, text: str) -> None:
    # The name appears only with the whole text behind it: a reader never meets half a secret.
    half = file.with_name(f"{file.name}.new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as handle:
        handle.write(f"{text}\n")
    half.replace(file)
