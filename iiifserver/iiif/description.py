"""What info.json and manifests say of an image besides its size: rights, attribution, logo, and links to more."""

from __future__ import annotations

import enum
import html
import re
from dataclasses import dataclass, replace

from . import rights
from .metadata import Fields, Text, by_language, first_values
from .paths import encode_identifier
from .values import ApiVersion, Identifier

IDENTIFIER = "{identifier}"
"""Stands in the address of a link for the identifier."""

SUMMARY_FIELDS = ("xmp:dc:description", "iptc:Caption-Abstract", "exif:ImageDescription")
DETAIL_FIELDS = {
    "Creator": ("xmp:dc:creator", "iptc:By-line", "exif:Artist"),
    "Date": ("xmp:photoshop:DateCreated", "xmp:xmp:CreateDate", "exif:DateTimeOriginal", "iptc:DateCreated"),
    "Subject": ("xmp:dc:subject", "iptc:Keywords"),
}
"""What a manifest tells of an image, and the fields that say it: the first that the image has."""

TOLD_FIELDS = (*SUMMARY_FIELDS, *(name for names in DETAIL_FIELDS.values() for name in names))

# Services of the time before JSON-LD 1.1 keep the names of their members (Image API 3.0, 5.8).
OLD_SERVICE = re.compile(r"ImageService2|\w+Service[01]")


class LinkKind(enum.Enum):
    """What a link leads to. The value is the name of the member of info.json."""

    SEE_ALSO = "seeAlso"
    PART_OF = "partOf"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that belongs to an image."""

    kind: LinkKind
    address: str
    type: str
    """The class of what is there: `Dataset`, `Manifest`, `SearchService2`."""
    label: str = ""
    language: str = ""
    """Of the label, as BCP 47 writes it; empty for any."""
    format: str = ""
    """The media type of what is there."""
    profile: str = ""
    context: str = ""
    """The JSON-LD context that explains a service."""

    def about(self, identifier: Identifier) -> Link:
        """The same for an image: its identifier stands in the address."""
        return replace(self, address=self.address.replace(IDENTIFIER, encode_identifier(identifier.value)))

    @property
    def is_old(self) -> bool:
        return OLD_SERVICE.fullmatch(self.type) is not None

    def member(self) -> dict[str, object]:
        """As version 3 and manifests write it (Image API 3.0, 5.7 and 5.8; Presentation API 3.0, 3.3)."""
        names = ("@id", "@type") if self.is_old else ("id", "type")
        label: object = {self.language or "none": [self.label]} if self.label else ""
        members = {
            names[0]: self.address,
            names[1]: self.type,
            "label": label,
            "format": self.format if self.kind is not LinkKind.SERVICE else "",
            "profile": self.profile,
        }
        return {name: value for name, value in members.items() if value}

    def member_2(self) -> dict[str, object]:
        """As version 2 writes a service (Image API 2.1, 5.6)."""
        members = {"@context": self.context, "@id": self.address, "profile": self.profile, "label": self.label}
        return {name: value for name, value in members.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What is said of an image."""

    rights: str = ""
    """The address of a licence or of a statement of rights."""
    attribution: tuple[Text, ...] = ()
    """Whom viewers name: in version 2, and in manifests."""
    logo: str = ""
    """The address of a picture, which version 2 and manifests name."""
    links: tuple[Link, ...] = ()

    def links_of(self, kind: LinkKind) -> tuple[Link, ...]:
        return tuple(link for link in self.links if link.kind is kind)

    @property
    def known_rights(self) -> str:
        """The rights where they are such as version 3 and manifests may name; else empty."""
        return self.rights if rights.is_known(self.rights) else ""


NOTHING_SAID = Statements()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """From which fields of an image's own words its statements are taken: the first that it has speaks."""

    rights: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    """The title, for manifests alone."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that is wanted of an image."""
        return tuple(dict.fromkeys((*self.rights, *self.attribution, *self.label, *TOLD_FIELDS)))

    def needed_for(self, version: ApiVersion) -> tuple[str, ...]:
        """The fields that info.json of a version needs."""
        match version:
            case ApiVersion.V1:
                return ()
            case ApiVersion.V2:
                return self.rights + self.attribution
            case ApiVersion.V3:
                return self.rights

    def applied_to(self, fields: Fields, statements: Statements) -> Statements:
        """The statements with what the image says for itself in place of what is said of all.

        What is no address is no statement of rights, and stands nowhere.
        """
        own_rights = [rights.published(text.value) for text in first_values(fields, self.rights)]
        own_attribution = first_values(fields, self.attribution)
        return replace(
            statements,
            rights=next(filter(None, own_rights), statements.rights),
            attribution=tuple(harmless(text) for text in own_attribution) or statements.attribution,
        )


def harmless(text: Text) -> Text:
    """The same for viewers that take what begins like HTML for HTML: it shows what was written."""
    looks_like_html = text.value.lstrip().startswith("<")
    return replace(text, value=f"<span>{html.escape(text.value.strip())}</span>") if looks_like_html else text


def attribution_2(texts: tuple[Text, ...]) -> object:
    """As version 2 writes texts: one alone as it is, else each with its language (Image API 2.1, 5.5)."""
    languages = by_language(texts)
    values: list[object] = []
    for language, found in languages.items():
        values += found if language == "none" else [{"@value": value, "@language": language} for value in found]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else values
