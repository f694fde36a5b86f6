"""Real servers for tests: processes of `manage.py serve` in homes of their own."""

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

from tests.variables import forget_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A server that answers."""

    url: str
    home: Path
    pid: int
    printed: str

    @property
    def password(self) -> str:
        return (self.home / "keys" / "admin_password").read_text(encoding="utf-8").strip()


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def variables(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which only these variables of ours are set."""
    environment = dict(os.environ)
    forget_variables(environment)
    return {**environment, "IIIFSERVER_HOME": str(home), **more}


def manage(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        env=variables(home, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def share_samples(drawn: Path, home: Path) -> None:
    """Give a home the sample images without drawing them again."""
    folder = home / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    for file in drawn.iterdir():
        os.link(file, folder / file.name)


@contextmanager
def live_server(home: Path, *arguments: str, **more: str) -> Iterator[LiveServer]:
    """Start a server on a free port, wait until it answers, and end it by its id."""
    home.mkdir(parents=True, exist_ok=True)
    output, errors = home / "stdout.txt", home / "stderr.txt"
    with output.open("w") as stdout, errors.open("w") as stderr:
        process = subprocess.Popen(
            command("serve", "--port", "0", "--workers", "2", *arguments),
            env=variables(home, **more),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        printed = _wait_for(process, output, errors)
        port = _listening_port(printed, process.pid)
        scheme = "https" if "TLS_CERT" in more else "http"
        yield LiveServer(f"{scheme}://127.0.0.1:{port}", home, process.pid, printed)
    finally:
        _end(process)


def _wait_for(process: subprocess.Popen[bytes], output: Path, errors: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while "Ctrl+C" not in output.read_text(encoding="utf-8"):
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, f"no start in {START_SECONDS} s: {errors.read_text(encoding='utf-8')}"
        else:
            raise AssertionError(f"the server ended: {errors.read_text(encoding='utf-8')}")
    return output.read_text(encoding="utf-8")


def _listening_port(printed: str, pid: int) -> int:
    """Return the port that the process listens on; the printed links may name a public address instead."""
    local = re.search(r"://127\.0\.0\.1:(\d+)/", printed)
    if local:
        return int(local[1])
    import psutil

    listening = [c for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    return int(listening[0].laddr.port)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=STOP_SECONDS)
        raise
