"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import IIIFError, Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.metadata import NOTHING, Embedded, Fields
from iiifserver.iiif.source_formats import label_of
from iiifserver.iiif.values import RenderPlan, SourceFacts
from iiifserver.shelf import Shelf

from .base import Processor, Raster, damage_is_unreadable, fault_of
from .capabilities import Feature
from .copied import CopiedPixels
from .detection import detect
from .inspected_form import InspectedForm
from .kept_profiles import in_answers_colours
from .metadata import embedded_in, fields_of, kept
from .output import Output
from .registry import processors
from .retrieval import Refused
from .stored_tiles import leaves_pixels_alone

if TYPE_CHECKING:
    from .models import FormatAssignment
    from .models import Processor as ProcessorRow


logger = logging.getLogger("iiifserver.processors")

PAGED = frozenset({Feature.PAGES, Feature.TIMES})
"""What makes a processor know more of an image than its first picture."""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """An image whose header has been read."""

    found: Found
    facts: SourceFacts
    processor: Processor
    fields: Fields = field(default_factory=dict)
    """What the image says of itself, as far as that was asked."""
    pages: tuple[SourceFacts | None, ...] = ()
    """The facts of its pages, from the first on, where they were asked for; `None` for one that its processor does not
    read.
    """
    inspected: Inspected | None = None
    """What of all this may be remembered."""
    copy: CopiedPixels | None = None
    """What its pixels are read from instead."""
    replaced_facts: SourceFacts | None = None
    """Those of the image itself, where there is a copy."""
    is_copy_alone: bool = False
    """Whether the image itself may not be opened, so that no more is known of it than its copy tells."""
    others: tuple[Processor, ...] = ()
    """Further processors that may read it, in the order in which they are asked."""

    @classmethod
    def of_copy(cls, found: Found, copy: CopiedPixels) -> SourceImage:
        """An image that may not be opened, as its copy shows it."""
        return cls(found, copy.facts, copy.processor, pages=(copy.facts,), copy=copy, is_copy_alone=True)

    @property
    def original_facts(self) -> SourceFacts:
        """Those of the image itself, copy or not."""
        return self.replaced_facts or self.facts

    @property
    def version(self) -> str:
        """Differs whenever the pixels that are read differ."""
        return self.copy.found.version if self.copy else self.found.version

    @property
    def last_modified(self) -> datetime | None:
        """When the pixels that are read last changed; `None` when the source cannot say."""
        modified = self.found.last_modified
        return max(modified, self.copy.made_at) if self.copy and modified else modified

    def with_copy(self, copy: CopiedPixels) -> SourceImage:
        """The same image, whose pixels are read from a copy."""
        return replace(self, facts=copy.facts_for(self.facts), copy=copy, replaced_facts=self.facts)

    def for_format(self, format: Format) -> SourceImage:
        """The image to make a picture in that format from: without its copy where that is not as good."""
        if self.copy is None or self.is_copy_alone or self.copy.serves(format):
            return self
        return replace(self, facts=self.original_facts, copy=None, replaced_facts=None)

    def _pixels(self, plan: RenderPlan) -> tuple[Processor, Found, SourceFacts, RenderPlan]:
        """Who reads them, from where, and what for."""
        processor, found, facts, wanted = self._stored_pixels(plan)
        return (processor if self.copy else self._suited(plan)), found, facts, wanted

    def _stored_pixels(self, plan: RenderPlan) -> tuple[Processor, Found, SourceFacts, RenderPlan]:
        """Who knows how they are stored, where, and what for."""
        if self.copy is not None:
            return self.copy.processor, self.copy.found, self.copy.facts, replace(plan, page=1)
        return self.processor, self.found, self.facts, plan

    def _suited(self, plan: RenderPlan) -> Processor:
        """The first processor that suits the request; another than that of the facts only where it finds the same."""
        if not self.processor.suits(self.facts, plan):
            for other in self.others:
                if other.suits(self.facts, plan) and self._is_the_same_to(other, plan.page):
                    return other
        return self.processor

    def _is_the_same_to(self, other: Processor, page: int) -> bool:
        try:
            return other.facts(self.found, page) == self.facts
        except IIIFError:
            return False
        except Exception as error:  # noqa: BLE001 - the code of a plug-in may raise anything
            fault_of(other, error)
            return False

    def read(self, plan: RenderPlan, output: Output, *, is_drawn_on: bool = False) -> Raster:
        """The pixels for a plan, in the colours of its answer; see `Processor.read`."""
        processor, found, facts, wanted = self._pixels(plan)
        if output.linear_light and processor.averages:
            wanted = replace(wanted, size=plan.box.extent)
        try:
            raster = processor.read(found, facts, wanted)
        except IIIFError:
            raise
        except Exception as error:
            raise fault_of(processor, error) from error
        with damage_is_unreadable():
            return in_answers_colours(raster, plan, output, is_drawn_on=is_drawn_on)

    def stored(self, plan: RenderPlan, output: Output) -> bytes | None:
        """The picture as the file stores it, where it stores it so; see `Processor.stored`."""
        if not leaves_pixels_alone(plan, self.facts, output) or self.words(plan, output):
            return None
        processor, found, facts, wanted = self._stored_pixels(plan)
        try:
            return processor.stored(found, facts, wanted, keeps_profile=output.keeps_profile)
        except IIIFError:
            raise
        except Exception as error:
            raise fault_of(processor, error) from error

    def embedded(self, page: int = 1) -> Embedded:
        """What the page says of itself in words; nothing where that is damaged, or may not be opened."""
        if self.is_copy_alone:
            return NOTHING
        directory = self.processor.directory_of(self.found, page)
        return embedded_in(self.found, self.facts.format_name, directory)

    def words(self, plan: RenderPlan, output: Output) -> Embedded:
        """What is written into the answer besides its pixels: nothing into one that shows only a part."""
        return kept(self.embedded(plan.page), output.metadata) if self.has_place_for_words(plan, output) else NOTHING

    def has_place_for_words(self, plan: RenderPlan, output: Output) -> bool:
        return plan.box.extent == self.facts.extent and not output.metadata.writes_nothing


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of an image, apart from how to open it: may be remembered."""

    facts: SourceFacts
    processor: Processor
    fields: Fields | None = None
    """`None` as long as nobody has asked for them."""
    pages: tuple[SourceFacts | None, ...] | None = None
    others: tuple[Processor, ...] = ()
    """Further processors that may read it, in the order in which they are asked."""

    def of(self, found: Found) -> SourceImage:
        fields, pages = self.fields or {}, self.pages or ()
        return SourceImage(found, self.facts, self.processor, fields, pages, self, others=self.others)

    def with_fields(self, found: Found, page: int, names: Collection[str]) -> Inspected:
        """With what the page says of itself in these fields."""
        said = fields_of(self.of(found).embedded(page))
        return replace(self, fields={name: said[name] for name in names if name in said})

    def with_pages(self, found: Found, most: int) -> Inspected:
        """With the facts of each of its pages, of so many at most. Raises as `Processor.facts` does."""
        count = min(self.facts.page_count, most)
        try:
            pages = tuple(self.processor.facts_of_pages(found, count)) if count > 1 else (self.facts,)
        except IIIFError:
            raise
        except Exception as error:
            raise fault_of(self.processor, error) from error
        return replace(self, pages=pages)


@dataclass(frozen=True, slots=True)
class Processors:
    """All processors in the order in which they are asked."""

    active: tuple[Processor, ...]
    assigned: Mapping[str, tuple[Processor, ...]] = field(default_factory=dict)
    """For a format that staff have assigned: the processors to ask, in order."""

    def inspect(self, found: Found, page: int = 1) -> Inspected:
        """The facts of a page of the image, by the first processor that reads files of its kind. One that fails, as no
        damage explains, keeps the next ones from nothing.

        Raises `Unreadable` for a damaged file and for a kind that none reads, `ImageTooLarge` for more than may be
        decoded.
        """
        format_name = detect(found)
        if found.formats is not None and format_name not in found.formats:
            raise Unreadable(f"Files of the kind {label_of(format_name)} are not read from this source.")
        candidates = self.candidates(format_name, page)
        fault: IIIFError | None = None
        for place, processor in enumerate(candidates, 1):
            try:
                facts = processor.facts(found, page)
            except Refused:
                continue
            except IIIFError:
                raise
            except Exception as error:  # noqa: BLE001 - the code of a plug-in may raise anything
                fault = fault or fault_of(processor, error)
                continue
            if facts:
                return Inspected(facts, processor, others=tuple(candidates[place:]))
        raise fault or Unreadable(f"Files of the kind {label_of(format_name)} cannot be read here.")

    def form_of(self, found: Found, page: int) -> InspectedForm:
        """How what is known of a page is written for caches that outlive the process."""
        return InspectedForm(self, found, page)

    @property
    def circumstances(self) -> str:
        """On what the facts of an image depend beside its file: who is asked for them, in which order and how set up.
        The same text in every process.
        """
        assigned = {name: [described(one) for one in able] for name, able in sorted(self.assigned.items())}
        return repr(([described(one) for one in self.active], assigned))

    def warm_up(self) -> None:
        """Has each processor load what would make its first request wait."""
        for processor in self.active:
            try:
                processor.warm_up()
            except Exception:
                # The worker is there for the others too.
                logger.exception("The processor “%s” could not be warmed up.", processor.label)

    def candidates(self, format_name: str, page: int = 1) -> list[Processor]:
        """The processors that can read files of a format, in the order in which they are asked; for a later page,
        those that know pages come first.
        """
        able = [one for one in self.assigned.get(format_name, self.active) if one.reads(format_name)]
        return sorted(able, key=lambda one: not one.features & PAGED) if page > 1 else able


def described(processor: Processor) -> str:
    """Of which kind it is, and how it is set up."""
    kind = type(processor)
    return f"{kind.__module__}.{kind.__qualname__} {processor.options!r}"


shelf = Shelf(processors)
"""The backends that requests use."""


def active_processors(
    rows: Iterable[ProcessorRow], assignments: Iterable[FormatAssignment], shelf: Shelf[Processor] = shelf
) -> Processors:
    """The enabled rows as frozen values, in order; of two with the same number the more capable comes first. A row that
    cannot be built is left out.
    """
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    positions = {row.pk: row.position for row in enabled}
    built = [(positions[pk], backend) for pk, backend in backends.items() if backend is not None]
    active = tuple(backend for _, backend in sorted(built, key=lambda pair: (pair[0], -len(pair[1].features))))
    assigned = {
        assignment.format_name: asked_in_order(backends.get(assignment.processor_id), active, assignment.falls_back)
        for assignment in assignments
    }
    return Processors(active, assigned)


def asked_in_order(first: Processor | None, active: tuple[Processor, ...], falls_back: bool) -> tuple[Processor, ...]:
    """The assigned processor, and behind it, where a fall-back is wanted, the others."""
    others = tuple(processor for processor in active if processor is not first) if falls_back else ()
    return (first, *others) if first else others
