"""What happens when a source is asked for one image, step by step, each with its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from iiifserver.iiif.errors import IIIFError, SourceMissing, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.source_formats import label_of
from iiifserver.iiif.values import InfoRequest
from iiifserver.iiif.visitor import Visitor
from iiifserver.shelf import problems_of
from iiifserver.watching.work import File, Kind
from processors.detection import SIGNATURE_BYTES, detect
from processors.runtime import Inspected, SourceImage
from sources.base import Place, Traffic
from sources.models import Source
from sources.registry import sources
from sources.runtime import CANNOT_TELL, ActiveSource

from .. import pipeline, policy
from ..looking_up import asking_about, tell_facts
from ..runtime import Runtime
from ..spelling import as_it_is, decoded
from .file_endings import format_of_ending
from .source_cures import cure_for
from .source_pictures import planned_picture
from .source_told import Outcome, Step, Stop, Told, told_by
from .source_words import chosen, facts_in_words, scope_in_words, without_query

MOST_SIMILAR = 5
SEARCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is tried: a source, alone in its runtime, for somebody who asks for an image."""

    row: Source
    source: ActiveSource
    earlier: tuple[ActiveSource, ...]
    """The sources that visitors' requests ask before this one."""
    image: InfoRequest
    visitor: Visitor
    runtime: Runtime


class Trial:
    """Asks for an image as a request would, and remembers what each step finds for the next."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.picture: bytes | None = None
        """A small JPEG, when all has gone well."""
        self._place: Place
        self._found: Found
        self._format_name: str
        self._inspected: Inspected

    def steps(self) -> Iterator[Step]:
        """One after the other, up to the first that goes wrong."""
        for title, work in (
            ("Set up", self._set_up),
            ("Access", self._access),
            ("Asked before", self._asked_before),
            ("Lookup", self._lookup),
            ("Find", self._find),
            ("First bytes", self._first_bytes),
            ("Kind of file", self._kind_of_file),
            ("Processor", self._processor),
            ("Facts", self._facts),
            ("First picture", self._first_picture),
        ):
            step = self._done(title, work)
            yield step
            if step.told.outcome is Outcome.WRONG:
                return

    def _done(self, title: str, work: Callable[[], Told]) -> Step:
        before, began = self._traffic(), time.perf_counter()
        told = told_by(work)
        milliseconds = (time.perf_counter() - began) * 1000
        after = self._traffic()
        traffic = after - before if after and before else None
        return Step(title=title, told=told, milliseconds=milliseconds, traffic=traffic)

    def _traffic(self) -> Traffic | None:
        backend = self.asked.source.backend
        return backend.traffic() if backend else None

    @property
    def _file(self) -> File:
        """By which the server knows what is being decoded."""
        return File(self.asked.image.identifier.value, self._found.version)

    def _set_up(self) -> Told:
        if problems := problems_of(sources, self.asked.row):
            raise Stop(*problems, cure="Change that in the form of this source.")
        if not self.asked.row.enabled:
            return Told(
                sentences=("The source is switched off: visitors get nothing from it yet.",), outcome=Outcome.NOTED
            )
        return Told(sentences=("The source is switched on.",))

    def _access(self) -> Told:
        """Whoever may set up sources need not be allowed to see every image."""
        asked = self.asked
        runtime = asking_about(asked.image, asked.runtime)
        policy.admit(runtime.consultation)
        return Told(sentences=("You may see this image.",))

    def _asked_before(self) -> Told:
        named = self.asked.runtime.consultation.source() if self.asked.runtime.consultation else None
        if named is not None and named != self.asked.row.name:
            words = f"The site's delegate sends visitors who ask for this image to the source “{named}”."
            return Told(sentences=(words,), outcome=Outcome.NOTED)
        if named is not None or not self.asked.earlier:
            return Told(sentences=("No other source is asked before this one.",))
        answers = [answer_before(source, self.asked) for source in self.asked.earlier]
        outcome = Outcome.NOTED if any(is_in_the_way for _, is_in_the_way in answers) else Outcome.RIGHT
        return Told(sentences=tuple(words for words, _ in answers), outcome=outcome)

    def _lookup(self) -> Told:
        source, identifier = self.asked.source, self.asked.image.identifier.value
        claim = source.scope.claim(identifier)
        if claim is None:
            raise Stop(
                f"This source does not answer for “{identifier}”, but for {scope_in_words(self.asked.row)}.",
                cure="Type an identifier that it answers for, or change “Answers for” in its form.",
            )
        place = source.place(claim, self.asked.runtime.consultation)
        if place is None:
            raise Stop(
                "The lookup makes no name of this identifier.",
                cure="A name has no steps such as “..”. Look at “Looks up” in the form of this source, or at the "
                "site's delegate.",
            )
        self._place = place
        if source.lookup is None:
            # What a delegate says may be an address with a signature.
            return Told(sentences=(f"The site's delegate calls it “{without_query(place.name)}”.",))
        return Told(sentences=(f"It is looked for as “{place.name}”.",))

    def _find(self) -> Told:
        source, backend = self.asked.source, self.asked.source.backend
        if backend is None:
            raise Stop("This source cannot be built.", cure="Change that in the form of this source.")
        found = backend.find(self._place)
        if found is None:
            raise Stop(*self._missing(), cure=self._cure_for_missing())
        self._found = replace(found, source=source.name, formats=source.formats)
        changed = f"Last changed on {found.last_modified:%Y-%m-%d at %H:%M} UTC." if found.last_modified else ""
        return Told(sentences=tuple(filter(None, ("It is there.", changed, *backend.remarks(self._place)))))

    def _missing(self) -> Iterator[str]:
        yield "The source has nothing of this name."
        if similar := self._similar_names():
            yield f"There is {', '.join(f'“{name}”' for name in similar)}."

    def _similar_names(self) -> list[str]:
        """What the folder has that is called alike, for kinds that can list; the names alone."""
        backend, path = self.asked.source.backend, PurePosixPath(self._place.name)
        if backend is None or not path.stem or self.asked.source.lookup is None:
            return []
        folder = "" if path.parent == PurePosixPath(".") else str(path.parent)
        try:
            matches = backend.search(folder, path.stem, "", MOST_SIMILAR, SEARCH_SECONDS)
        except IIIFError:
            return []
        return [entry.name for entry in matches.entries] if matches else []

    def _cure_for_missing(self) -> str:
        identifier = self.asked.image.identifier.value
        if (meant := decoded(identifier, self.asked.runtime.http.slash_substitute)) != identifier:
            return as_it_is(meant)
        return cure_for(SourceMissing(""))

    def _first_bytes(self) -> Told:
        with self._found.open() as file:
            count = len(file.read(SIGNATURE_BYTES))
        if not count:
            raise Stop("The file is empty.", cure="Put the whole file there.")
        return Told(sentences=(f"{count} bytes were read.",))

    def _kind_of_file(self) -> Told:
        self.asked.runtime.guard.check(self._file)
        self._format_name = detect(self._found)
        allowed = self._found.formats
        label = label_of(self._format_name)
        if allowed is not None and self._format_name not in allowed:
            raise Stop(
                f"Its bytes are {label}, which is not read from this source.",
                cure="Tick that kind of file under “Reads” in the form, if you trust those who put files there.",
            )
        ending = PurePosixPath(self._place.name).suffix.lower()
        promised = format_of_ending(ending)
        if promised is not None and promised != self._format_name:
            words = f"Its name ends in {ending}, but its bytes are {label}. It is read as what it is."
            return Told(sentences=(words,), outcome=Outcome.NOTED)
        return Told(sentences=(f"Its bytes are {label}.",))

    def _processor(self) -> Told:
        page, processors = self.asked.image.page, self.asked.runtime.processors
        guard = self.asked.runtime.guard
        sentences: list[str] = []
        for one in processors.candidates(self._format_name, page):
            with guard.decoding(self._file, Kind.HEADER):
                facts = one.facts(self._found, page)
            if facts is not None:
                self._inspected = Inspected(facts, one)
                return Told(sentences=(*sentences, chosen(one, sentences), *self._not_asked()))
            sentences.append(f"{one.label} was asked and leaves this file to others.")
        raise Stop(
            *sentences,
            f"No processor reads files of the kind {label_of(self._format_name)}.",
            *self._not_asked(),
            cure=cure_for(Unreadable("")),
        )

    def _not_asked(self) -> Iterator[str]:
        """The processors that might have been asked as well, and what keeps them from it."""
        processors, name = self.asked.runtime.processors, self._format_name
        assigned = processors.assigned.get(name)
        for one in processors.active:
            if missing := [library.install for library in one.missing_for(name) if name in one.formats]:
                yield f"{one.label} lacks a library: {', '.join(missing)}"
            elif one.reads(name) and assigned is not None and one not in assigned:
                yield f"{one.label} could read it, but {label_of(name)} is assigned to another."

    def _facts(self) -> Told:
        names, page = self.asked.runtime.overlays.field_names, self.asked.image.page
        with self.asked.runtime.guard.decoding(self._file, Kind.WORDS):
            self._inspected = self._inspected.with_fields(self._found, page, names)
        return Told(sentences=tuple(facts_in_words(self._inspected.facts)))

    def _first_picture(self) -> Told:
        asked = self.asked
        source: SourceImage = self._inspected.of(self._found)
        tell_facts(source, self._file, asked.image.page, asked.runtime)
        planned = planned_picture(asked.image, source, asked.visitor, asked.runtime, asked.runtime.caches.generation)
        self.picture = pipeline.render(planned, asked.runtime)
        size, hidden = planned.plan.size, not planned.overlays.is_empty
        words = f"The whole image, {size.width} by {size.height} pixels."
        return Told(sentences=(words, "Overlays or redactions are on it.") if hidden else (words,))


def answer_before(source: ActiveSource, asked: Asked) -> tuple[str, bool]:
    """What an earlier source says to the same request, and whether that keeps this one from answering."""
    claim = source.scope.claim(asked.image.identifier.value)
    if claim is None:
        return f"“{source.name}” does not answer for this identifier.", False
    try:
        found = source.find(claim, asked.runtime.consultation)
    except CANNOT_TELL as error:
        end = "and no other source is asked after it." if source.is_last else "and the next one is asked."
        return f"“{source.name}” cannot tell: {error.sentence} Visitors wait for that, {end}", True
    except IIIFError as error:
        return f"“{source.name}” ends the search: {error.sentence}", True
    if found is not None:
        return f"“{source.name}” has an image with this identifier: visitors get that one.", True
    if source.is_last:
        return f"“{source.name}” does not have it, and lets no other source be asked.", True
    return f"“{source.name}” does not have it.", False
