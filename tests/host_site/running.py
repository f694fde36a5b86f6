"""Runs the host site as its owner would: its own command line, and gunicorn on a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browsing import Reply, Visitor
from tests.variables import forget_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = Path(__file__).resolve().parent
SECONDS = 60
EMAIL, PASSWORD = "keeper@museum.example", "of the back office"


@dataclass(frozen=True, slots=True)
class HostSite:
    """A host site that answers."""

    url: str
    folder: Path

    @property
    def images(self) -> Path:
        return self.folder / "iiif" / "images"

    def visitor(self) -> Visitor:
        """A stranger."""
        return Visitor(self.url)

    def keeper(self) -> Visitor:
        """Somebody who has signed in to the back office."""
        visitor = self.visitor()
        reply = post(visitor, "/backoffice/login/", {"username": EMAIL, "password": PASSWORD, "next": "/"})
        assert (reply.status, reply.headers["Location"]) == (302, "/"), reply.text
        return visitor


def post(visitor: Visitor, path: str, form: dict[str, str]) -> Reply:
    """Fetch the page of a form, as a browser does, and send it filled in."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get(path).text)
    assert token, f"{path} has no form"
    return visitor.post(path, {"csrfmiddlewaretoken": token[1], **form})


def variables(folder: Path) -> dict[str, str]:
    environment = dict(os.environ)
    forget_variables(environment)
    return {**environment, "MUSEUM_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "museum.settings"}


def museum(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the site's commands to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=variables(folder),
        cwd=SITE,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def shell(folder: Path, code: str) -> str:
    """Run code in the site's shell; what it prints."""
    done = museum(folder, "shell", "--verbosity", "0", "--command", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def host_site(folder: Path) -> Iterator[HostSite]:
    """Start the site in a folder of its own, wait until it listens, and end it by its id."""
    errors = folder / "gunicorn.txt"
    arguments = ["--bind", "127.0.0.1:0", "--workers", "1", "--threads", "4", "--no-control-socket", "museum.wsgi"]
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments],
            env=variables(folder),
            cwd=SITE,
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )
    try:
        yield HostSite(address_of(process, errors), folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SECONDS)


def address_of(process: subprocess.Popen[bytes], errors: Path) -> str:
    """Where the site listens, as soon as it does."""
    deadline = time.monotonic() + SECONDS
    while not (found := re.search(r"Listening at: (http://127\.0\.0\.1:\d+)", errors.read_text(encoding="utf-8"))):
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, errors.read_text(encoding="utf-8")
        else:
            raise AssertionError(errors.read_text(encoding="utf-8"))
    return found[1]
