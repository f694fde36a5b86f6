"""The real server under load, on this machine alone."""

from __future__ import annotations

import tempfile
import urllib.request
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import psutil

from bench.caches import use_cache
from bench.paths import Step, steps
from bench.report import Report, Row, medians
from bench.samples import cache_folder, drawn_samples
from bench.wrk import LoadError, load, program
from tests.live import LiveServer, live_server, share_samples

WARM_UP_REQUESTS = 6
WARM_UP_ROUNDS = 4
"""Of what is to be remembered: enough for each worker to have met each path."""
MEGABYTE = 1_000_000


def measure(rounds: int, seconds: float) -> Report:
    """The figures of every step; two workers in a home of their own."""
    program()
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        home = Path(folder) / "home"
        share_samples(drawn_samples(), home)
        with live_server(home) as server:
            return Report(tuple(measured_in_order(server, rounds, seconds)))


def measured_in_order(server: LiveServer, rounds: int, seconds: float) -> Iterator[Row]:
    """Every step, with the cache that it asks for."""
    for cache, group in groupby(steps(), key=lambda step: step.cache):
        use_cache(server, cache)
        for step in group:
            yield measured(server, step, rounds, seconds)


def measured(server: LiveServer, step: Step, rounds: int, seconds: float) -> Row:
    """One step after its warm-up, and how large the workers are then."""
    print(f"{step.name} ...", flush=True)
    warm_up(server.url, step.paths * WARM_UP_ROUNDS if step.cache else step.paths[:WARM_UP_REQUESTS])
    figures = medians([load(server.url, step.paths, seconds) for _ in range(rounds)])
    return Row(step.name, {**figures, **memory(server.pid)})


def warm_up(origin: str, paths: list[str]) -> None:
    """Asks for each of the paths. Raises `LoadError` where the answer is not a 200 from that very address."""
    for path in paths:
        with urllib.request.urlopen(f"{origin}{path}", timeout=60) as response:
            response.read()
            if response.status != 200 or response.url != f"{origin}{path}":
                raise LoadError(f"{path} is not answered with 200 at its own address.")


def memory(pid: int) -> dict[str, float]:
    """What each worker holds: RSS counts shared pages in full, PSS its part of them."""
    figures = {}
    for number, worker in enumerate(psutil.Process(pid).children(), 1):
        used = worker.memory_full_info()
        figures[f"RSS {number} MB"] = used.rss / MEGABYTE
        figures[f"PSS {number} MB"] = used.pss / MEGABYTE
    return figures
