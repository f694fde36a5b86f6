"""What is said of each image, from the settings and from its own words, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from iiifserver.iiif.description import FieldMapping, Link, LinkKind, Statements
from iiifserver.iiif.metadata import Fields
from iiifserver.iiif.values import Identifier
from iiifserver.patterns import Pattern, compiled

if TYPE_CHECKING:
    from .description_links import DescriptionLink


@dataclass(frozen=True, slots=True)
class ActiveLink:
    """A link, and for which images it is."""

    link: Link
    pattern: Pattern | None = None
    """`None` for every identifier."""

    def is_for(self, identifier: Identifier) -> bool:
        return self.pattern is None or self.pattern.fits(identifier.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptions:
    """What is said of all images, and where more is to be found."""

    fixed: Statements = Statements()
    mapping: FieldMapping = FieldMapping()
    links: tuple[ActiveLink, ...] = ()

    def of(self, identifier: Identifier, fields: Fields) -> Statements:
        """The statements about one image, which says this of itself."""
        links = tuple(active.link.about(identifier) for active in self.links if active.is_for(identifier))
        return replace(self.mapping.applied_to(fields, self.fixed), links=links)


def active_links(rows: Iterable[DescriptionLink]) -> tuple[ActiveLink, ...]:
    """The enabled rows as frozen values, in order."""
    return tuple(active_link(row) for row in rows if row.enabled)


def active_link(row: DescriptionLink) -> ActiveLink:
    link = Link(
        kind=LinkKind(row.kind),
        address=row.address,
        type=row.type,
        label=row.label,
        language=row.language,
        format=row.format,
        profile=row.profile,
        context=row.context,
    )
    return ActiveLink(link, compiled(row.identifier_pattern) if row.identifier_pattern else None)
