"""The pipeline without HTTP: milliseconds for a picture, in one thread."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.paths import PREFIX, Step, steps
from bench.report import Report, Row, medians
from bench.samples import cache_folder, drawn_samples
from iiifserver.iiif.found import Found
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import ImagePath, parse_path
from iiifserver.iiif.values import ApiVersion, ImageRequest
from iiifserver.iiif.visitor import Visitor
from images import pipeline
from sources.base import Place, SourceBackend
from tests.variables import forget_variables

if TYPE_CHECKING:
    from images.runtime import Runtime

WARM_UP_PICTURES = 3
FEWEST_PICTURES = 3
STRANGER = Visitor()


@dataclass(frozen=True, slots=True)
class FolderOptions:
    folder: Path


class FolderSource(SourceBackend):
    """Files of a folder that nobody changes."""

    label = "Folder"
    options_class = FolderOptions
    options: FolderOptions

    def find(self, place: Place) -> Found | None:
        path = self.options.folder / place.name
        return Found(open=lambda: path.open("rb"), version=place.name)


def measure(rounds: int, seconds: float) -> Report:
    """The figures of every step that makes pictures."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as home:
        set_django_up(Path(home))
        runtime = plain_runtime(drawn_samples())
        return Report(tuple(measured(runtime, step, rounds, seconds) for step in steps() if step.makes_pictures))


def measure_claims() -> bool:
    """Prints what the engine promises, and tells whether all of it holds."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as home:
        set_django_up(Path(home))
        from bench.claims import measure as measured_claims

        return measured_claims()


def set_django_up(home: Path) -> None:
    """The fence is read from Django's settings; no row and no request is."""
    import django

    forget_variables(os.environ)
    os.environ.update(IIIFSERVER_HOME=str(home), DJANGO_SETTINGS_MODULE="iiifserver.settings")
    django.setup()


def plain_runtime(folder: Path) -> Runtime:
    """A runtime of plain values over the samples."""
    # Beside their values these modules hold models, which cannot be imported before Django is set up.
    from images.runtime import Runtime
    from processors.backends.pillow import PillowOptions, PillowProcessor
    from processors.backends.tiles import TilesOptions, TilesProcessor
    from processors.runtime import Processors
    from sources.runtime import ActiveSource, Sources

    return Runtime(
        sources=Sources((ActiveSource("samples", FolderSource(FolderOptions(folder))),)),
        processors=Processors((TilesProcessor(TilesOptions()), PillowProcessor(PillowOptions()))),
    )


def measured(runtime: Runtime, step: Step, rounds: int, seconds: float) -> Row:
    """One step after its warm-up."""
    print(f"{step.name} ...", flush=True)
    requests = cycle([requested(path) for path in step.paths])
    for _ in range(WARM_UP_PICTURES):
        make(runtime, next(requests))
    return Row(step.name, medians([one_round(runtime, requests, seconds) for _ in range(rounds)]))


def one_round(runtime: Runtime, requests: Iterator[ImageRequest], seconds: float) -> dict[str, float]:
    """How long pictures take, until the time is over."""
    end = time.perf_counter() + seconds
    taken: list[float] = []
    while time.perf_counter() < end or len(taken) < FEWEST_PICTURES:
        start = time.perf_counter()
        make(runtime, next(requests))
        taken.append((time.perf_counter() - start) * 1000)
    return {"p50 ms": median(taken), "p95 ms": quantiles(taken, n=20, method="inclusive")[-1], "pictures": len(taken)}


def make(runtime: Runtime, request: ImageRequest) -> bytes:
    return pipeline.serve(pipeline.prepare(request, STRANGER, runtime), runtime)


def requested(path: str) -> ImageRequest:
    """The request of a path of the bench."""
    parts = parse_path(path.removeprefix(f"{PREFIX}/"))
    if not isinstance(parts, ImagePath):
        raise ValueError(f"{path} asks for no picture.")
    return parse_image_request(ApiVersion.V3, parts)
