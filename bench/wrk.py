"""Load from `wrk`, a program of Debian's."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.report import ERRORS

SCRIPT = Path(__file__).with_name("urls.lua")
CONNECTIONS = 4
TIMEOUT_SECONDS = 30
FIGURE = re.compile(r"(\w+)=(\d+)")
KINDS_OF_ERRORS = ("status", "connect", "read", "write", "timeout")


class LoadError(Exception):
    """Nothing could be measured. The message is a sentence with its cure."""


def program() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise LoadError("The program wrk is missing: install it with: apt install wrk")
    return found


def load(origin: str, paths: list[str], seconds: float) -> dict[str, float]:
    """The figures of one round: the paths in turn, over a few connections, for so many seconds."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="ascii") as file:
        file.write("".join(f"{path}\n" for path in paths))
        file.flush()
        command = [program(), "--threads", "1", "--connections", str(CONNECTIONS)]
        command += ["--duration", f"{max(1, round(seconds))}s", "--timeout", f"{TIMEOUT_SECONDS}s"]
        done = subprocess.run(
            [*command, "--script", str(SCRIPT), origin, "--", file.name],
            capture_output=True,
            text=True,
            timeout=seconds + 2 * TIMEOUT_SECONDS,
            check=False,
        )
    return figures(done.stdout + done.stderr)


def figures(output: str) -> dict[str, float]:
    """What the script wrote, in requests a second and milliseconds."""
    line = next((line for line in output.splitlines() if line.startswith("FIGURES ")), None)
    if line is None:
        raise LoadError(f"wrk measured nothing: {output.strip() or 'it printed nothing'}")
    values = {name: int(value) for name, value in FIGURE.findall(line)}
    seconds = values["microseconds"] / 1_000_000
    return {
        "requests/s": values["requests"] / seconds,
        "p50 ms": values["p50"] / 1000,
        "p95 ms": values["p95"] / 1000,
        "kB each": values["bytes"] / 1000 / max(1, values["requests"]),
        ERRORS: sum(values[kind] for kind in KINDS_OF_ERRORS),
    }
