"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import IIIFError, SourceMissing, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier
from iiifserver.patterns import PatternError, compiled
from iiifserver.shelf import Shelf

from .base import FolderEntry, Place, SourceBackend
from .freshness import Freshness
from .listing import merged
from .lookup import Affixes, Claim, Everything, Fitting, Lookup, Scope, TemplateError, WithPrefix, parsed_template
from .models import AnswersFor, LookupKind, WhenMissing
from .registry import sources

if TYPE_CHECKING:
    from iiifserver.delegates.consultation import Consultation

    from .models import Source

logger = logging.getLogger("iiifserver.sources")

CANNOT_TELL = (SourceNonsense, SourceTooSlow, SourceUnavailable)
"""What a source raises that does not know whether it has an image."""


@dataclass(frozen=True, slots=True)
class ActiveSource:
    """A source as requests use it."""

    name: str
    backend: SourceBackend | None
    """`None` where the row could not be built: what the source may have is not available."""
    kind: str = ""
    scope: Scope = Everything()
    lookup: Lookup | None = Affixes()
    """`None` where the site's delegate is asked."""
    is_last: bool = False
    """Whether no other source is asked for what this one answers for."""
    formats: frozenset[str] | None = None
    """What may be read from it; `None` for anything."""

    def find(self, claim: Claim, consultation: Consultation | None, freshness: Freshness | None = None) -> Found | None:
        """The image, or `None`; raises one of `CANNOT_TELL` when the source does not know."""
        if self.backend is None:
            raise SourceUnavailable("A source of images is not set up properly.")
        place = self.place(claim, consultation)
        if place is not None and freshness is not None:
            place = replace(place, freshness=freshness)
        if place is None:
            return None
        try:
            found = self.backend.find_of_late(place)
            return None if found is None else replace(found, source=self.name, formats=self.formats)
        except IIIFError:
            raise
        except Exception as error:
            raise self._fault("looked for an image") from error

    def place(self, claim: Claim, consultation: Consultation | None) -> Place | None:
        """Where the backend is to look; `None` where there is no such place."""
        if self.lookup is not None:
            name = self.lookup.name(claim)
            return None if name is None else Place(name=name)
        if consultation is None:
            raise SourceUnavailable("A source of images needs the site's delegate, and there is none.")
        location = consultation.location(self.kind)
        return None if location is None else Place(name=location.name, details=location.details)

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """What a folder holds; `None` where there is none, or where identifiers are not the paths in the source."""
        if self.backend is None or self.scope != Everything() or self.lookup != Affixes():
            return None
        try:
            return self.backend.entries(folder, after, limit)
        except IIIFError:
            raise
        except Exception as error:
            raise self._fault("listed a folder") from error

    def _fault(self, work: str) -> SourceUnavailable:
        """What becomes of an error that the source's code did not foresee, which is in the log with all its traces."""
        logger.exception("Source “%s” failed when it %s.", self.name, work)
        return SourceUnavailable("A source of images failed.")


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources in the order in which they are asked."""

    active: tuple[ActiveSource, ...]

    def find(
        self,
        identifier: Identifier,
        consultation: Consultation | None = None,
        freshness_in: Callable[[str], Freshness | None] = lambda source: None,
    ) -> Found:
        """The image from the first source that answers for the identifier and has it; how fresh that must be is asked
        by the source's name.

        A source that cannot tell does not keep the later ones from answering, unless it is the last for what it
        answers for; when none of them has the image either, its error is raised instead of `SourceMissing`, since
        the image may well be there.
        """
        unanswered: IIIFError | None = None
        for source in self.chosen(consultation):
            claim = source.scope.claim(identifier.value)
            if claim is None:
                continue
            try:
                found = source.find(claim, consultation, freshness_in(source.name))
            except CANNOT_TELL as error:
                logger.warning("Source “%s” cannot tell: %s", source.name, error)
                unanswered = unanswered or error
            else:
                if found is not None:
                    return found
            if source.is_last:
                break
        raise unanswered or SourceMissing("There is no image with this identifier.")

    def asks_delegate(self, consultation: Consultation | None) -> bool:
        """Whether the site's delegate decides where images are, so that one visitor's may be another's missing one."""
        if consultation is None:
            return False
        return consultation.has("source") or any(source.lookup is None for source in self.active)

    def resting_servers(self) -> dict[str, int]:
        """For each source by its name, how many of its servers are asked less often at present."""
        return {source.name: source.backend.resting_servers for source in self.active if source.backend is not None}

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """What the sources that can list have in a folder, in natural order: so much of it at most, beginning behind
        the name `after`. `None` where none of them has such a folder.

        A source that cannot be asked is passed over, unless no other has the folder: then its error is raised.
        """
        unanswered: IIIFError | None = None
        lists = []
        for source in self.active:
            try:
                listed = source.entries(folder, after, limit)
            except CANNOT_TELL as error:
                logger.warning("Source “%s” cannot list: %s", source.name, error)
                unanswered = unanswered or error
            else:
                lists += [listed] if listed is not None else []
        if not lists and unanswered:
            raise unanswered
        return merged(lists, limit) if lists else None

    def chosen(self, consultation: Consultation | None) -> tuple[ActiveSource, ...]:
        """The sources to ask: the one that the site's delegate names, or all."""
        name = consultation.source() if consultation is not None else None
        if name is None:
            return self.active
        named = tuple(source for source in self.active if source.name == name)
        if not named:
            logger.error("The delegate names the source “%s”, which there is not, or which is switched off.", name)
            raise SourceUnavailable("The source of this image is not available.")
        return named


shelf = Shelf(sources)


def active_sources(rows: Iterable[Source]) -> Sources:
    """The enabled rows as frozen values, in order."""
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    return Sources(tuple(active_source(row, backends[row.pk]) for row in enabled))


def active_source(row: Source, backend: SourceBackend | None) -> ActiveSource:
    """The row as requests use it; without a backend when something about it is wrong."""
    try:
        return ActiveSource(
            name=row.name,
            backend=backend,
            kind=row.kind,
            scope=scope_of(row),
            lookup=lookup_of(row),
            is_last=row.when_missing == WhenMissing.STOP,
            formats=frozenset(row.formats),
        )
    except (PatternError, TemplateError) as error:
        logger.error("Source “%s” does not work: %s", row.name, error)
        return ActiveSource(row.name, None)


def scope_of(row: Source) -> Scope:
    """Raises `PatternError` when the row's pattern is not a regular expression."""
    if row.answers_for == AnswersFor.PREFIX:
        return WithPrefix(row.identifier_prefix, row.keeps_prefix)
    if row.answers_for == AnswersFor.PATTERN:
        return Fitting(compiled(row.identifier_pattern))
    return Everything()


def lookup_of(row: Source) -> Lookup | None:
    """`None` for the delegate; raises `TemplateError` when the row's template makes no names."""
    if row.lookup == LookupKind.DELEGATE:
        return None
    if row.lookup == LookupKind.TEMPLATE:
        return parsed_template(row.lookup_template, row.group_names())
    return Affixes(row.lookup_prefix, row.lookup_suffix)
