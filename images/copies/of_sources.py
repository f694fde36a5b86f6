"""Copying a whole source by one job: every page of every image that the rules want to have a copy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from processors.capabilities import Feature
from processors.runtime import SourceImage

from ..counted import counted
from ..jobs.walking import walk
from ..jobs.warming import lister
from ..jobs.work import JobFailed, Work
from ..runtime import current_runtime
from .making import NoCopy, failures_are_reasons, found_source, made_copy_by_rule, page_words

MOST_PAGES = 5_000
"""Of one image are copied with its source: a document may claim any number."""


@dataclass(slots=True)
class Reached:
    """How far the copying of a source is; kept with the job, so that it goes on from here."""

    after: str = ""
    """The identifier of the last image that is done."""
    current: str = ""
    """That of the one which is begun."""
    pages: int = 0
    """How many of its pages are done."""
    images: int = 0
    made: int = 0
    failed: int = 0
    reason: str = ""
    """Why the first that failed did."""

    def begin(self, name: str) -> int:
        """How many pages of that image are done already."""
        self.pages = self.pages if self.current == name else 0
        self.current = name
        return self.pages

    def end(self, name: str) -> None:
        self.after, self.current, self.pages = name, "", 0
        self.images += 1

    def note_failure(self, name: str, error: NoCopy) -> None:
        self.failed += 1
        self.reason = self.reason or f"{name}: {error}"

    def sentence(self) -> str:
        looked, made = counted(self.images, "image"), counted(self.made, "working copy", "working copies")
        done = f"{looked} looked at, {made} made."
        return f"{done} {self.failed:,} could not be copied, the first: {self.reason}" if self.failed else done


def source_arguments(source: str, folder: str = "") -> dict[str, str]:
    """What a job is to copy: the images of a source, or of a folder of it."""
    return {"source": source, "folder": folder.strip("/")}


def source_title(arguments: dict[str, Any]) -> str:
    place = f"the folder “{arguments['folder']}” of " if arguments["folder"] else ""
    return f"Copy slow images of {place}the source “{arguments['source']}”"


def copy_source(work: Work) -> str:
    """The body of a job: copies every page of every image of a source that the rules want to have a copy."""
    reached = Reached(**(work.job.position or {}))
    source, folder = work.arguments["source"], work.arguments["folder"]
    listed = lister(current_runtime().sources, source)
    if listed(folder, "", 1) is None:
        raise JobFailed(f"The source “{source}” has no folder “{folder}”, or cannot list what it has.")
    for name in walk(listed, folder, reached.after):
        copy_pages(name, reached, work)
        reached.end(name)
        work.progress(reached.images, 0, asdict(reached))
    return reached.sentence()


def copy_pages(name: str, reached: Reached, work: Work) -> None:
    """Copies the pages of an image that are not done yet. Raises what ends the job."""
    try:
        with failures_are_reasons():
            first = found_source(name, 1, current_runtime())
    except NoCopy as error:
        reached.note_failure(name, error)
        return
    for page in range(reached.begin(name) + 1, page_count_of(first) + 1):
        copy_page(first, name, page, reached, work)
        reached.pages = page
        work.progress(reached.images, 0, asdict(reached))


def copy_page(first: SourceImage, name: str, page: int, reached: Reached, work: Work) -> None:
    """Copies a page of the image, of which the first page is at hand, and notes how that went."""
    runtime = current_runtime()
    try:
        with failures_are_reasons():
            source = first if page == 1 else found_source(name, page, runtime)
        if made_copy_by_rule(source, name, page, runtime, lambda *_: work.progress(reached.images, 0)):
            reached.made += 1
    except NoCopy as error:
        reached.note_failure(f"{name}{page_words(page)}", error)


def page_count_of(source: SourceImage) -> int:
    """How many pages may have copies of their own; of a film, whose seconds are pages, one."""
    return min(source.facts.page_count, MOST_PAGES) if Feature.PAGES in source.processor.features else 1
