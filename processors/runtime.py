"""Rows become frozen values that requests use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import RenderPlan, SourceFacts
from iiifserver.shelf import Shelf

from .base import Processor, Raster
from .detection import detect
from .output import Output
from .registry import processors
from .stored_tiles import leaves_pixels_alone

if TYPE_CHECKING:
    from .models import FormatAssignment
    from .models import Processor as ProcessorRow


@dataclass(frozen=True, slots=True)
class SourceImage:
    """An image whose header has been read."""

    found: Found
    facts: SourceFacts
    processor: Processor

    def read(self, plan: RenderPlan) -> Raster:
        """The pixels for a plan; see `Processor.read`."""
        return self.processor.read(self.found, self.facts, plan)

    def stored(self, plan: RenderPlan, output: Output) -> bytes | None:
        """The picture as the file stores it, where it stores it so; see `Processor.stored`."""
        if not leaves_pixels_alone(plan, self.facts, output):
            return None
        return self.processor.stored(self.found, self.facts, plan)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of an image, apart from how to open it: may be remembered."""

    facts: SourceFacts
    processor: Processor

    def of(self, found: Found) -> SourceImage:
        return SourceImage(found, self.facts, self.processor)


@dataclass(frozen=True, slots=True)
class Processors:
    """All processors in the order in which they are asked."""

    active: tuple[Processor, ...]
    assigned: Mapping[str, tuple[Processor, ...]] = field(default_factory=dict)
    """For a format that staff have assigned: the processors to ask, in order."""

    def inspect(self, found: Found, page: int = 1) -> Inspected:
        """The facts of a page of the image, by the first processor that reads files of its kind.

        Raises `Unreadable` for a damaged file and for a kind that none reads, `ImageTooLarge` for more than may be
        decoded.
        """
        format_name = detect(found)
        for processor in self.assigned.get(format_name, self.active):
            if format_name in processor.formats and (facts := processor.facts(found, page)):
                return Inspected(facts, processor)
        raise Unreadable(f"Images of the kind {format_name} cannot be read here.")


shelf = Shelf(processors)


def active_processors(rows: Iterable[ProcessorRow], assignments: Iterable[FormatAssignment]) -> Processors:
    """The enabled rows as frozen values, in order; a row that cannot be built is left out."""
    backends = shelf.fill(row for row in rows if row.enabled)
    active = tuple(backend for backend in backends.values() if backend is not None)
    assigned = {
        assignment.format_name: asked_in_order(backends.get(assignment.processor_id), active, assignment.falls_back)
        for assignment in assignments
    }
    return Processors(active, assigned)


def asked_in_order(first: Processor | None, active: tuple[Processor, ...], falls_back: bool) -> tuple[Processor, ...]:
    """The assigned processor, and behind it, where a fall-back is wanted, the others."""
    others = tuple(processor for processor in active if processor is not first) if falls_back else ()
    return (first, *others) if first else others
