"""Manifests and collections of the Presentation API 3.0, made from what is known of images.

A manifest has a canvas for each page of a file, as large as the page's image in pixels. What is empty is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .description import DETAIL_FIELDS, SUMMARY_FIELDS, LinkKind, Statements, harmless
from .features import QUALITY_NAMES, Capabilities, met_profile, profile_uri
from .formats import Format
from .geometry import largest_within, limits_of
from .metadata import Fields, Text, by_language, first_values
from .pyramid import pyramid_of
from .values import ApiVersion, Extent, Quality, SizeRules, SourceFacts

CONTEXT = "http://iiif.io/api/presentation/3/context.json"

MOST_CANVASES = 1000
"""Pages of a file; more make no manifest that a viewer could open."""

SERVICE_TYPES = {ApiVersion.V1: "ImageService1", ApiVersion.V2: "ImageService2", ApiVersion.V3: "ImageService3"}

THUMBNAIL_EDGE = 200
"""What the longer edge of a thumbnail has at least, in pixels, where the image has it."""


THUMBNAIL_BOX = Extent(THUMBNAIL_EDGE, THUMBNAIL_EDGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a file."""

    number: int
    """From 1."""
    facts: SourceFacts
    services: Mapping[ApiVersion, str]
    """The base URI of its image in each version that is served; at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who gives the images out."""

    address: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSubject:
    """What a manifest is about."""

    uri: str
    """Where the manifest is."""
    name: str
    """What the image is called where it does not say so itself."""
    pages: tuple[Page, ...]
    """At least one, in order."""
    page_count: int
    """How many the file has: there may be more than are here."""
    titles: tuple[Text, ...]
    fields: Fields
    statements: Statements
    publisher: Publisher | None
    rules: SizeRules
    capabilities: Capabilities


def manifest_document(subject: ManifestSubject) -> dict[str, object]:
    """The manifest (Presentation API 3.0, 5.2)."""
    statements = subject.statements
    return _without_empty(
        {
            "@context": CONTEXT,
            "id": subject.uri,
            "type": "Manifest",
            "label": _label(subject),
            "summary": _words(first_values(subject.fields, SUMMARY_FIELDS)),
            "metadata": list(_details(subject)),
            "rights": statements.known_rights,
            "requiredStatement": _pair("Attribution", by_language(statements.attribution)),
            "provider": _provider(subject),
            "thumbnail": _thumbnail(subject.pages[0], subject),
            "seeAlso": [link.member() for link in statements.links_of(LinkKind.SEE_ALSO)],
            "items": [_canvas(page, subject) for page in subject.pages],
        }
    )


def _label(subject: ManifestSubject) -> dict[str, list[str]]:
    return _words(subject.titles) or {"none": [subject.name]}


def _words(texts: Iterable[Text]) -> dict[str, list[str]]:
    return by_language(harmless(text) for text in texts)


def _details(subject: ManifestSubject) -> Iterable[dict[str, object]]:
    for label, names in DETAIL_FIELDS.items():
        if words := _words(first_values(subject.fields, names)):
            yield _pair(label, words)
    if subject.page_count > 1:
        count = str(subject.page_count)
        is_whole = subject.page_count == len(subject.pages)
        yield _pair("Pages", {"none": [count if is_whole else f"{count}, of which {len(subject.pages)} are here"]})


def _pair(label: str, value: dict[str, list[str]]) -> dict[str, object]:
    return {"label": {"en": [label]}, "value": value} if value else {}


def _provider(subject: ManifestSubject) -> list[dict[str, object]]:
    publisher, logo = subject.publisher, subject.statements.logo
    if publisher is None:
        return []
    return [
        _without_empty(
            {
                "id": publisher.address,
                "type": "Agent",
                "label": {"none": [publisher.name]},
                "homepage": [
                    {
                        "id": publisher.address,
                        "type": "Text",
                        "label": {"none": [publisher.name]},
                        "format": "text/html",
                    }
                ],
                "logo": [{"id": logo, "type": "Image"}] if logo else [],
            }
        )
    ]


def _canvas(page: Page, subject: ManifestSubject) -> dict[str, object]:
    # The number of a page stays the page's own, whatever else is in the manifest.
    canvas = f"{subject.uri.removesuffix('/manifest')}/canvas/{page.number}"
    is_alone = subject.page_count == 1
    annotation = {
        "id": f"{canvas}/annotation",
        "type": "Annotation",
        "motivation": "painting",
        "body": _body(page, subject) | {"service": _services(page, subject)},
        "target": canvas,
    }
    return {
        "id": canvas,
        "type": "Canvas",
        "label": _label(subject) if is_alone else {"none": [str(page.number)]},
        **_dimensions(page.facts.extent),
        "thumbnail": _thumbnail(page, subject),
        "items": [{"id": f"{canvas}/page", "type": "AnnotationPage", "items": [annotation]}],
    }


def _thumbnail(page: Page, subject: ManifestSubject) -> list[dict[str, object]]:
    sizes = _sizes(page, subject)
    services = [service | _dimensions(page.facts.extent) for service in _services(page, subject)]
    for service in services:
        service["sizes"] = [_dimensions(size) for size in sizes]
    size = _thumbnail_size(sizes)
    return [_picture(page, size, f"{size.width},{size.height}") | {"service": services}]


def _thumbnail_size(sizes: list[Extent]) -> Extent:
    """The first that is large enough, of sizes from the smallest upwards; else the largest."""
    return next((size for size in sizes if max(size.width, size.height) >= THUMBNAIL_EDGE), sizes[-1])


def _sizes(page: Page, subject: ManifestSubject) -> list[Extent]:
    """The sizes that info.json lists, from the smallest upwards; where limits allow none, the one of `max`."""
    levels = reversed(pyramid_of(page.facts, subject.rules).levels)
    return [size for size in levels if _can_be_given(size, subject)] or [_largest(page, subject)]


def _can_be_given(size: Extent, subject: ManifestSubject) -> bool:
    return subject.rules.limits.allow(size) and max(size.width, size.height) <= _longest_edge()


def _largest(page: Page, subject: ManifestSubject) -> Extent:
    """The size in which all of the page is given out at most."""
    limits = limits_of(page.facts.extent, subject.rules).narrowed_to(Extent(_longest_edge(), _longest_edge()))
    return largest_within(page.facts.extent, limits, upscale=False)


def _longest_edge() -> int:
    return Format.JPG.max_edge or 0


def _body(page: Page, subject: ManifestSubject) -> dict[str, object]:
    """All of the page, as large as it is given out."""
    size, whole = _largest(page, subject), page.facts.extent
    is_max = size == largest_within(whole, limits_of(whole, subject.rules), upscale=False)
    knows_max = max(page.services) is not ApiVersion.V1
    return _picture(page, size, "max" if is_max and knows_max else f"{size.width},{size.height}")


def _picture(page: Page, size: Extent, size_word: str) -> dict[str, object]:
    """The address of all of the page in a size, in the newest version that is served."""
    version = max(page.services)
    quality = QUALITY_NAMES[version][Quality.DEFAULT]
    return {
        "id": f"{page.services[version]}/full/{size_word}/0/{quality}.jpg",
        "type": "Image",
        "format": Format.JPG.media_type,
        **_dimensions(size),
    }


def _services(page: Page, subject: ManifestSubject) -> list[dict[str, object]]:
    """The newest first, which is the one that most viewers take."""
    return [_service(page, subject, version) for version in sorted(page.services, reverse=True)]


def _service(page: Page, subject: ManifestSubject, version: ApiVersion) -> dict[str, object]:
    profile = met_profile(version, page.facts, subject.capabilities, subject.rules)
    address = page.services[version]
    if version is ApiVersion.V3:
        return {"id": address, "type": SERVICE_TYPES[version], "profile": f"level{profile.level}"}
    return {"@id": address, "@type": SERVICE_TYPES[version], "profile": profile_uri(version, profile)}


@dataclass(frozen=True, slots=True)
class Listed:
    """What a collection leads to."""

    uri: str
    name: str
    is_collection: bool = False
    thumbnail: str = ""
    """The address of a small picture of it; empty for none."""


def collection_document(uri: str, name: str, items: Iterable[Listed]) -> dict[str, object]:
    """The collection of what is in a folder (Presentation API 3.0, 5.1); it may be empty."""
    return {
        "@context": CONTEXT,
        "id": uri,
        "type": "Collection",
        "label": {"none": [name]},
        "items": [_item(item) for item in items],
    }


def _item(item: Listed) -> dict[str, object]:
    picture = {"id": item.thumbnail, "type": "Image", "format": Format.JPG.media_type}
    return _without_empty(
        {
            "id": item.uri,
            "type": "Collection" if item.is_collection else "Manifest",
            "label": {"none": [item.name]},
            "thumbnail": [picture] if item.thumbnail else [],
        }
    )


def thumbnail_within(service: str, version: ApiVersion, box: Extent) -> str:
    """The address of all of an image whose size nobody knows, as it fits into a box."""
    return f"{service}/full/!{box.width},{box.height}/0/{QUALITY_NAMES[version][Quality.DEFAULT]}.jpg"


def _dimensions(extent: Extent) -> dict[str, object]:
    return {"width": extent.width, "height": extent.height}


def _without_empty(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in (None, [], {}, "")}
