"""Who reads which format on this machine, in which order, and what would have to be installed for more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iiifserver.iiif.formats import Format
from iiifserver.iiif.source_formats import families, label_of
from iiifserver.registry import Registry

from .base import Processor
from .capabilities import EXPLANATIONS
from .encoders import formats_out
from .models import FormatAssignment
from .models import Processor as ProcessorRow
from .runtime import Processors

WRITTEN_AS = {
    "avif": Format.AVIF,
    "gif": Format.GIF,
    "jpeg": Format.JPG,
    "png": Format.PNG,
    "tiff": Format.TIF,
    "webp": Format.WEBP,
}
"""The formats that are read as well as written."""

BETTER_PILLOW = "pip install --upgrade pillow"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one kind of processor is to one format."""

    turn: int | None = None
    """When it is asked, from 1; `None` where it is not."""
    is_able: bool = False
    """Whether it could read the format on this machine."""
    install: str = ""
    """The line that brings what is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One format."""

    label: str
    cells: tuple[Cell, ...]
    assigned_to: str
    """The name of the processor that staff gave the format to; empty where it is given out automatically."""
    is_written: bool | None
    """Whether pictures can be written in it; `None` where it is never written."""

    @property
    def is_read(self) -> bool:
        return any(cell.turn for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Column:
    """One kind of processor."""

    label: str
    used_for: str
    features: tuple[tuple[str, str], ...]
    """Name and explanation of each."""
    names: tuple[str, ...]
    """The enabled processors of this kind."""
    suited_to: str
    """Which requests it is asked for where another could answer them too; empty for all."""
    missing: tuple[tuple[str, str], ...]
    """For each library that is not there: what is not read without it, and the line that brings it."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All formats and all kinds of processor that are installed."""

    columns: tuple[Column, ...]
    families: tuple[tuple[str, tuple[Line, ...]], ...]
    unwritable: tuple[tuple[str, str], ...]
    """Formats that cannot be written on this machine, and the line that changes it."""


def matrix_of(
    registry: Registry[Processor],
    rows: Iterable[ProcessorRow],
    assignments: Iterable[FormatAssignment],
    active: Processors,
) -> Matrix:
    """What there is, for these rows, of which those in `active` work."""
    kinds = sorted((registry.get(kind) for kind in registry), key=lambda kind: kind.label.casefold())
    enabled = [row for row in rows if row.enabled and row.kind in registry]
    names = {kind: tuple(row.name for row in enabled if registry.get(row.kind) is kind) for kind in kinds}
    assigned = {assignment.format_name: assignment.processor.name for assignment in assignments}
    return Matrix(
        columns=tuple(column_of(kind, names[kind]) for kind in kinds),
        families=tuple(
            (family.value, tuple(line_of(name, kinds, active, assigned) for name in formats))
            for family, formats in families().items()
        ),
        unwritable=tuple((format.value, BETTER_PILLOW) for format in Format if format not in formats_out()),
    )


def column_of(kind: type[Processor], names: tuple[str, ...]) -> Column:
    features = sorted(kind.features, key=lambda feature: feature.value)
    return Column(
        label=kind.label,
        used_for=kind.used_for,
        features=tuple((feature.value, EXPLANATIONS[feature]) for feature in features),
        names=names,
        suited_to=kind.suited_to,
        missing=tuple(
            (", ".join(sorted(map(label_of, library.formats or kind.formats))), library.install)
            for library in kind.libraries
            if not library.is_there
        ),
    )


def line_of(name: str, kinds: list[type[Processor]], active: Processors, assigned: Mapping[str, str]) -> Line:
    asked = [type(processor) for processor in active.candidates(name)]
    written_as = WRITTEN_AS.get(name)
    return Line(
        label=label_of(name),
        cells=tuple(cell_of(name, kind, asked) for kind in kinds),
        assigned_to=assigned.get(name, ""),
        is_written=None if written_as is None else written_as in formats_out(),
    )


def cell_of(name: str, kind: type[Processor], asked: list[type[Processor]]) -> Cell:
    if name not in kind.formats:
        return Cell()
    return Cell(
        turn=asked.index(kind) + 1 if kind in asked else None,
        is_able=kind.reads(name),
        install=" and ".join(library.install for library in kind.missing_for(name)),
    )
