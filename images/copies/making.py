"""Making the working copy of a page."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from PIL import Image

from caching.base import CacheUnavailable
from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import ApiVersion, Box, Extent, Identifier, InfoRequest, RenderPlan
from iiifserver.watching.work import File
from processors.bands import Bands, cut_into, has_few_colours, plan_for
from processors.encoders import encode
from processors.operations import picture
from processors.pyramid_recipe import Recipe
from processors.runtime import SourceImage

from ..finding import find
from ..jobs.work import JobFailed, Work
from ..looking_up import asking_about
from ..runtime import Runtime, current_runtime
from .examined import examined
from .rules import Makes
from .slow import record_copy

logger = logging.getLogger("iiifserver.copies")

SWITCHED_OFF = "Working copies are switched off."
TOO_SMALL = "The image is so small that it is read at once without a copy."
UNREADABLE = "The copy could not be read again, and was removed."
NO_ROOM = "The disk with the server's home is full."
CHANGED = "The image changed while it was being copied. Order the copy again."
OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
ROWS_AT_ONCE = 2
"""Of tiles; between two such pieces a job can be stopped."""

Progress = Callable[[int, int], None]
"""Told how many pieces of how many are done; raises what ends the job."""


class NoCopy(Exception):
    """A copy cannot be made. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A copy that is there now."""

    source: SourceImage
    """The image, without it."""
    size: int
    before_milliseconds: float
    """For a tile from the middle of the image, read and written."""
    after_milliseconds: float


def copy_one(work: Work) -> str:
    """The body of a job: copies a page."""
    identifier, page = str(work.arguments["identifier"]), int(work.arguments["page"])
    try:
        made = made_copy(identifier, page, current_runtime(), work.progress)
    except NoCopy as error:
        raise JobFailed(str(error)) from error
    if made is None:
        return "There is a working copy already."
    return (
        f"{made.size / 1e6:,.1f} MB. A tile took {made.before_milliseconds:,.0f} ms and takes "
        f"{made.after_milliseconds:,.1f} ms."
    )


def made_copy(identifier: str, page: int, runtime: Runtime, progress: Progress) -> Made | None:
    """Makes a copy of a page as it is now; `None` where there is one. Raises `NoCopy`, and what `progress` does."""
    with failures_are_reasons():
        # A copy is the cure for an image that takes longer to read than requests may.
        source = found_source(identifier, page, runtime, patiently=True)
        return made_copy_of(source, identifier, page, runtime, progress)


def made_copy_by_rule(
    source: SourceImage, identifier: str, page: int, runtime: Runtime, progress: Progress
) -> Made | None:
    """The same for an image that was found already; `None` too where the rules want none of it."""
    if not runtime.copies.rules.want(source.facts, source.found.source):
        return None
    with failures_are_reasons():
        return made_copy_of(source, identifier, page, runtime, progress)


def made_copy_of(source: SourceImage, identifier: str, page: int, runtime: Runtime, progress: Progress) -> Made | None:
    """Raises `NoCopy`, and what reading, writing and `progress` do."""
    copies, store = runtime.copies, runtime.copies.store
    generation = runtime.caches.generation
    check(source, runtime)
    key = copies.key(source, identifier, page)
    if store is None or store.find(key, runtime.caches.purges) is not None:
        return None
    with store.writing(key, generation) as place:
        write(source, page, copies.rules.recipe, place, progress)
        if found_source(identifier, page, runtime, patiently=True).found.version != source.found.version:
            raise NoCopy(CHANGED)
    made = measured(source, identifier, page, runtime)
    record_copy(examined(source, identifier, page), made.size, made.before_milliseconds, made.after_milliseconds)
    return made


@contextmanager
def failures_are_reasons() -> Iterator[None]:
    """Turns what keeps an image from being copied into `NoCopy`."""
    try:
        yield
    except IIIFError as error:
        raise NoCopy(error.sentence) from error
    except CacheUnavailable as error:
        raise NoCopy(str(error)) from error
    except OSError as error:
        if error.errno not in OUT_OF_ROOM:
            raise
        raise NoCopy(NO_ROOM) from error


def found_source(identifier: str, page: int, runtime: Runtime, *, patiently: bool = False) -> SourceImage:
    """The image itself. Nobody is given anything here: who may see it is decided on every request. Raises any error of
    the tree.
    """
    request = InfoRequest(ApiVersion.V3, Identifier(identifier), page)
    runtime = asking_about(request, runtime)
    found = find(request.identifier, runtime)
    found = runtime.caches.source_files.keeping(found, identifier, runtime.caches.generation)
    runtime.guard.check(File(identifier, found.version), patiently=patiently)
    return runtime.processors.inspect(found, page).of(found)


def check(source: SourceImage, runtime: Runtime) -> None:
    """Raises `NoCopy` where a copy would not be used."""
    if runtime.copies.rules.makes is Makes.NEVER:
        raise NoCopy(SWITCHED_OFF)
    if not runtime.copies.rules.may_have_one(source.facts):
        raise NoCopy(TOO_SMALL)


def write(source: SourceImage, page: int, recipe: Recipe, place: Path, progress: Progress) -> None:
    """Writes the pyramid. Raises what reading and `progress` do, and `OSError` where there is no room."""
    # They load what reads and writes TIFF, which a process that makes no copies does without.
    from processors.pyramids import Coding, write_pyramid

    bands = Bands(source, page, recipe)
    parts = iter(bands)
    first = next(parts)
    mode = first.image.mode
    is_lossy = not mode.endswith("A") and not (bands.count == 1 and has_few_colours(first.image))
    coding = Coding(mode=mode, recipe=recipe, is_lossy=is_lossy, profile=first.profile)
    extent, height = source.facts.extent, ROWS_AT_ONCE * recipe.tile
    pieces = chain.from_iterable(cut_into(part.image, height) for part in chain((first,), parts))
    write_pyramid(place, told(pieces, -(-extent.height // height), progress), extent, coding)


def told(pieces: Iterable[Image.Image], total: int, progress: Progress) -> Iterator[Image.Image]:
    """The same, each announced before it is worked on."""
    for done, piece in enumerate(pieces):
        progress(done, max(total, done + 1))
        yield piece
    progress(total, total)


def measured(source: SourceImage, identifier: str, page: int, runtime: Runtime) -> Made:
    """How long a tile takes from the image, and how long from its copy. Raises as reading does."""
    copies = runtime.copies
    copied = copies.of(source, identifier, page, runtime.caches.purges, runtime.guard)
    key = copies.key(source, identifier, page)
    kept = copies.store.find(key, runtime.caches.purges) if copies.store else None
    if copied.copy is None or kept is None:
        raise NoCopy(UNREADABLE)
    box = middle_tile(source.facts.extent, copies.rules.recipe.tile)
    plan = plan_for(box, box.extent, page, Format.JPG)
    return Made(
        source=source,
        size=kept.place.stat().st_size,
        before_milliseconds=milliseconds(lambda: tile_of(source, plan, runtime)),
        after_milliseconds=milliseconds(lambda: tile_of(copied, plan, runtime)),
    )


def middle_tile(extent: Extent, edge: int) -> Box:
    """A whole tile from the middle of the image, where it has any."""
    x, y = (length // edge // 2 * edge for length in (extent.width, extent.height))
    return Box(x, y, min(edge, extent.width - x), min(edge, extent.height - y))


def tile_of(source: SourceImage, plan: RenderPlan, runtime: Runtime) -> bytes:
    """As a request would get it."""
    if stored := source.stored(plan, runtime.output):
        return stored
    raster = source.read(plan, runtime.output)
    image = picture(raster, plan, source.facts.orientation, runtime.output)
    return encode(image, plan.format, runtime.output.encoder, profile=raster.profile)


def milliseconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begun)


def title(arguments: dict[str, Any]) -> str:
    return f"Copy “{arguments['identifier']}”{page_words(arguments['page'])}"


def page_words(page: int) -> str:
    return f", page {page}" if page != 1 else ""
