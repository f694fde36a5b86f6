"""Warming: pictures are made before anybody asks for them, slowly enough that nobody who asks has to wait."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.values import ImageRequest
from sources.base import FolderEntry
from sources.runtime import Sources

from .. import pipeline
from ..counted import counted
from ..runtime import Runtime, current_runtime
from ..visitors import STRANGER
from .walking import Lister, walk
from .wishes import Extents, request_at, requests_of
from .work import JobFailed, Work

USUAL_PER_SECOND = 5.0


def arguments(
    *,
    identifiers: Iterable[str] = (),
    pictures: Iterable[tuple[int, str]] = (),
    source: str = "",
    folder: str = "",
    sizes: bool = True,
    tiles: bool = True,
    per_second: float = USUAL_PER_SECOND,
) -> dict[str, Any]:
    """What a job is to warm: images by identifier, pictures by address, or all images of a source below a folder."""
    return {
        "identifiers": list(identifiers),
        "pictures": [list(picture) for picture in pictures],
        "source": source,
        "folder": folder.strip("/"),
        "sizes": sizes,
        "tiles": tiles,
        "per_second": per_second,
    }


def title(arguments: dict[str, Any]) -> str:
    if arguments["source"]:
        place = f"the folder “{arguments['folder']}” of " if arguments["folder"] else ""
        return f"Warm {place}the source “{arguments['source']}”"
    if arguments["pictures"]:
        return f"Warm {counted(len(arguments['pictures']), 'picture')} from a log"
    count = len(arguments["identifiers"])
    return f"Warm “{arguments['identifiers'][0]}”" if count == 1 else f"Warm {count:,} images"


@dataclass(slots=True)
class Reached:
    """How far the warming is; kept with the job, so that it goes on from here."""

    after: str = ""
    """In a folder: the identifier of the last image that is done."""
    images: int = 0
    pictures: int = 0
    failed: int = 0
    reason: str = ""
    """Why the first that failed did."""

    def note_failure(self, name: str, error: IIIFError) -> None:
        self.failed += 1
        self.reason = self.reason or f"{name}: {error.sentence}"

    def sentence(self) -> str:
        are = "is" if self.pictures == 1 else "are"
        done = f"{counted(self.pictures, 'picture')} of {counted(self.images, 'image')} {are} ready."
        return f"{done} {self.failed:,} could not be made, the first: {self.reason}" if self.failed else done


def warm(work: Work) -> str:
    """The body of a job. Raises `JobFailed` where nothing could be made."""
    reached = Reached(**(work.job.position or {}))
    pace = Pace(float(work.arguments["per_second"]))
    if work.arguments["pictures"]:
        warm_pictures(work, reached, pace)
    else:
        warm_images(work, reached, pace)
    if reached.failed and not reached.pictures:
        raise JobFailed(reached.sentence())
    return reached.sentence()


def warm_images(work: Work, reached: Reached, pace: Pace) -> None:
    extents = Extents(bool(work.arguments["sizes"]), bool(work.arguments["tiles"]))
    total = 0 if work.arguments["source"] else len(work.arguments["identifiers"])
    for name in names(work, reached):
        warm_image(work, name, extents, reached, pace, total)
        reached.images += 1
        reached.after = name
        work.progress(reached.images, total, asdict(reached))


def warm_image(work: Work, name: str, extents: Extents, reached: Reached, pace: Pace, total: int) -> None:
    """Every picture of one image; one that cannot be made keeps the others from nothing."""
    runtime = current_runtime()
    try:
        for request in requests_of(name, extents, runtime):
            make(request, runtime)
            reached.pictures += 1
            work.progress(reached.images, total)
            pace.keep(work)
    except IIIFError as error:
        reached.note_failure(name, error)


def warm_pictures(work: Work, reached: Reached, pace: Pace) -> None:
    pictures = work.arguments["pictures"]
    for index in range(reached.images, len(pictures)):
        version, path = pictures[index]
        runtime = current_runtime()
        try:
            make(request_at(version, path, runtime), runtime)
            reached.pictures += 1
        except IIIFError as error:
            reached.note_failure(path, error)
        reached.images = index + 1
        work.progress(reached.images, len(pictures), asdict(reached))
        pace.keep(work)


def make(request: ImageRequest, runtime: Runtime) -> None:
    """Has the caches hold the picture as a stranger would get it. Raises any error of the tree."""
    consulted = runtime.consulting()
    pipeline.serve(pipeline.prepare(request, STRANGER, consulted), consulted)


def names(work: Work, reached: Reached) -> Iterator[str]:
    """The images that are still to be done."""
    if not work.arguments["source"]:
        yield from work.arguments["identifiers"][reached.images :]
        return
    source, folder = work.arguments["source"], work.arguments["folder"]
    listed = lister(current_runtime().sources, source)
    if listed(folder, "", 1) is None:
        raise JobFailed(
            f"The source “{source}” has no folder “{folder}”, or cannot list what it has. Use a list of identifiers."
        )
    yield from walk(listed, folder, reached.after)


def lister(sources: Sources, name: str) -> Lister:
    """How the source with that name lists a folder; raises `JobFailed` where there is none."""
    source = next((source for source in sources.active if source.name == name), None)
    if source is None:
        raise JobFailed(f"There is no source “{name}”, or it is switched off.")

    def listed(folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        try:
            return source.entries(folder, after, limit)
        except IIIFError as error:
            raise JobFailed(f"The source “{name}” could not be listed: {error.sentence}") from error

    return listed


class Pace:
    """Not more than so many pictures a second; 0 for no limit."""

    def __init__(self, per_second: float) -> None:
        self._seconds = 1 / per_second if per_second > 0 else 0.0
        self._next = time.monotonic()

    def keep(self, work: Work) -> None:
        self._next = max(self._next + self._seconds, time.monotonic() - self._seconds)
        wait = self._next - time.monotonic()
        if wait > 0:
            work.pause(wait)
