"""Remembered tiles beside a bare DRF view that answers the same bytes, behind the same server and middleware."""

from __future__ import annotations

import hashlib
import tempfile
import urllib.request
from pathlib import Path

from bench.caches import use_cache
from bench.paths import JPEG, Step, tiles
from bench.report import ERRORS, Report, Row, medians
from bench.samples import cache_folder, drawn_samples
from bench.wrk import load, program
from tests.live import LiveServer, live_server, share_samples

SETTINGS = "bench.plain_settings"
FOLDER_VARIABLE = "IIIF_BENCH_TILES"
CACHES = ("memory", "filesystem")
WARM_UP_ROUNDS = 4
RATIO = "ours / bare"


def file_of(folder: Path, path: str) -> Path:
    return folder / hashlib.sha256(path.encode()).hexdigest()


def measure(rounds: int, seconds: float) -> Report:
    """How much of the bare view's speed is left to a tile that is remembered; both servers have two workers."""
    program()
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        home, bare_home, contents = (Path(folder) / name for name in ("home", "bare", "tiles"))
        contents.mkdir()
        share_samples(drawn_samples(), home)
        bare = {"DJANGO_SETTINGS_MODULE": SETTINGS, FOLDER_VARIABLE: str(contents)}
        with live_server(home) as ours, live_server(bare_home, **bare) as theirs:
            return Report(tuple(compared(ours, theirs, contents, cache, rounds, seconds) for cache in CACHES))


def compared(ours: LiveServer, theirs: LiveServer, contents: Path, kind: str, rounds: int, seconds: float) -> Row:
    """One kind of cache: both are loaded in turn, since what else the machine does changes from minute to minute."""
    print(f"cached tile, {kind}, and a bare view ...", flush=True)
    step = Step("cached tile", tiles(JPEG, 2), cache=kind)
    use_cache(ours, kind)
    keep_tiles(ours.url, step.paths, contents)
    keep_tiles(theirs.url, step.paths, contents)
    pairs = [(load(ours.url, step.paths, seconds), load(theirs.url, step.paths, seconds)) for _ in range(rounds)]
    own, bare = medians([own for own, _ in pairs]), medians([bare for _, bare in pairs])
    ratio = medians([{RATIO: own["requests/s"] / bare["requests/s"]} for own, bare in pairs])
    figures = {"requests/s": own["requests/s"], "bare requests/s": bare["requests/s"], **ratio}
    return Row(f"cached tile, {kind} cache", {**figures, ERRORS: own[ERRORS] + bare[ERRORS]})


def keep_tiles(origin: str, paths: list[str], folder: Path) -> None:
    """Asks for each tile until every worker has met it, and keeps what comes."""
    for path in paths * WARM_UP_ROUNDS:
        with urllib.request.urlopen(f"{origin}{path}", timeout=60) as response:
            file_of(folder, path).write_bytes(response.read())
