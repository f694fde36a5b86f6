"""From HTTP to manifests and collections of the Presentation API 3.0."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from iiifserver.iiif.errors import IIIFError, NotFound, Unreadable
from iiifserver.iiif.manifest import (
    MOST_CANVASES,
    THUMBNAIL_BOX,
    Listed,
    ManifestSubject,
    Page,
    Publisher,
    collection_document,
    manifest_document,
    thumbnail_within,
)
from iiifserver.iiif.metadata import first_values
from iiifserver.iiif.paths import COLLECTION, MANIFEST, CollectionPath, ManifestPath, encode_identifier
from iiifserver.iiif.reduction import reduced_facts, reduced_rules
from iiifserver.iiif.values import Identifier, InfoRequest, SourceFacts
from processors.runtime import SourceImage
from sources.base import FolderEntry

from . import pipeline
from .addresses import public_root, requested_document
from .call import Call, call_under
from .consulting import context_of, introduce
from .grammar import grammar_of, raw
from .looking_up import admit
from .naming import Name
from .negotiation import presentation_media_type
from .responses import document_response, keep_from_others
from .runtime import Runtime, current_runtime
from .views import ServiceView

MOST_ENTRIES = 1000
"""Of one collection; what follows is in a collection of its own, at the end of it."""


class PresentationView(ServiceView):
    """Everything below `/iiif/presentation/3/`."""

    answer_kind = "presentation"

    def get(self, request: Request, path: str) -> HttpResponse:
        call = call_for(request._request, path)
        match requested_document(request._request, path, call.runtime.http.slash_substitute):
            case ManifestPath() as manifest:
                return manifest_answer(call, manifest)
            case CollectionPath() as collection:
                return collection_answer(call, collection)


def call_for(http: HttpRequest, path: str) -> Call:
    """The call, if there are manifests at all; its version is the newest of those that they name."""
    runtime = current_runtime()
    runtime.endpoints.check_manifests()
    return call_under(runtime, http, max(runtime.endpoints.versions), path)


def manifest_answer(call: Call, path: ManifestPath) -> HttpResponse:
    name = call.name(path)
    if not name.is_normal:
        return call.moved(name.published, MANIFEST)
    request = InfoRequest(call.version, name.meta.identifier, name.meta.page or 1, name.meta.scale)
    with call.leading_to_scale(name, MANIFEST):
        source = presented(call, request, most_pages=most_pages(name))
    document = manifest_document(manifest_subject(call, name, request, source))
    return answer(call, document, call.runtime.http.headers_of(source.found.source).information)


def most_pages(name: Name) -> int:
    """How many pages the manifest may have: one where the address names it, or where no address could name another."""
    return MOST_CANVASES if name.meta.page is None and name.has_others else 0


def presented(call: Call, request: InfoRequest, most_pages: int) -> SourceImage:
    """The image; one that cannot be read has no manifest, since that would be one without a canvas."""
    try:
        return pipeline.present(request, call.runtime, most_pages)
    except Unreadable as error:
        raise NotFound(f"There is no manifest of this image. {error.sentence}") from error


def manifest_subject(call: Call, name: Name, request: InfoRequest, source: SourceImage) -> ManifestSubject:
    runtime = call.runtime
    descriptions = runtime.descriptions
    pages = pages_of(call, name, request, source)
    return ManifestSubject(
        uri=f"{call.address.image(name.published)}/{MANIFEST}",
        name=request.identifier.value.rpartition("/")[2],
        pages=pages,
        page_count=source.facts.page_count if source.pages else 1,
        titles=first_values(source.fields, descriptions.mapping.label),
        fields=source.fields,
        statements=descriptions.of(request.identifier, source.fields),
        publisher=publisher(call),
        rules=reduced_rules(runtime.endpoints.rules, request.scale),
        capabilities=runtime.capabilities,
    )


def publisher(call: Call) -> Publisher | None:
    """Whom staff name for all images, with the address of this site."""
    fixed = call.runtime.descriptions.fixed
    if not fixed.attribution:
        return None
    address = f"{call.address.origin}{public_root(call.http, call.runtime.http.public_url)}/"
    return Publisher(address=address, name=fixed.attribution[0].value)


def pages_of(call: Call, name: Name, request: InfoRequest, source: SourceImage) -> tuple[Page, ...]:
    """The page that is asked for, or every page that can be read, each under an identifier of its own."""
    if len(source.pages) < 2:
        return (page_of(call, request, request.page, source.facts, name.published),)
    return tuple(
        page_of(call, request, number, facts, name.published if number == 1 else name.with_page(number))
        for number, facts in enumerate(source.pages, start=1)
        if facts is not None
    )


def page_of(call: Call, request: InfoRequest, number: int, facts: SourceFacts, published: str) -> Page:
    services = {
        version: call.address.of_version(version).image(published) for version in call.runtime.endpoints.versions
    }
    return Page(number=number, facts=reduced_facts(facts, request.scale), services=services)


def collection_answer(call: Call, path: CollectionPath) -> HttpResponse:
    call.runtime.endpoints.check_collections()
    entries = call.runtime.sources.entries(path.folder, path.after, MOST_ENTRIES + 1)
    if entries is None:
        raise NotFound("There is no such folder in a source that can list its images.")
    shown = [entry for entry in entries[:MOST_ENTRIES] if may_be_listed(call, path.folder, entry)]
    items = [listed(call, path.folder, entry) for entry in shown]
    if len(entries) > MOST_ENTRIES:
        rest = collection_uri(call, path.folder, entries[MOST_ENTRIES - 1].name)
        items.append(Listed(rest, f"After {entries[MOST_ENTRIES - 1].name}", is_collection=True))
    uri = collection_uri(call, path.folder, path.after)
    name = path.folder.rpartition("/")[2] or "Images"
    return answer(call, collection_document(uri, name, items), call.runtime.http.list_cache_control)


def collection_uri(call: Call, folder: str, after: str = "") -> str:
    """The address of the collection of a folder; that of all folders has none in front."""
    parts = [raw(folder, call.runtime.http.slash_substitute)] if folder else []
    return call.address.image("/".join([*parts, COLLECTION, *([encode_identifier(after)] if after else [])]))


def listed(call: Call, folder: str, entry: FolderEntry) -> Listed:
    whole = f"{folder}/{entry.name}" if folder else entry.name
    if entry.is_folder:
        return Listed(collection_uri(call, whole), entry.name, is_collection=True)
    published = grammar_of(call.runtime).naming(whole)
    return Listed(f"{call.address.image(published)}/{MANIFEST}", entry.name, thumbnail=thumbnail(call, published))


def thumbnail(call: Call, published: str) -> str:
    """A small picture of an image that nobody opens for that; empty where none may be asked for without its size."""
    endpoints = call.runtime.endpoints
    rules = endpoints.rules
    if rules.restricts_to_sizes or rules.refuses_oversized_box or not rules.limits.allow(THUMBNAIL_BOX):
        return ""
    newest = max(endpoints.versions)
    return thumbnail_within(call.address.of_version(newest).image(published), newest, THUMBNAIL_BOX)


def may_be_listed(call: Call, folder: str, entry: FolderEntry) -> bool:
    """Whether this visitor may see the image; folders are shown to everybody, but not what is in them."""
    return entry.is_folder or is_admitted(call, Identifier(f"{folder}/{entry.name}" if folder else entry.name))


def is_admitted(call: Call, identifier: Identifier) -> bool:
    request = InfoRequest(call.version, identifier)
    try:
        admit(request, asking_anew(call))
    except IIIFError:
        return False
    return True


def asking_anew(call: Call) -> Runtime:
    """The runtime for another image: the site's delegate, if there is one, has not been asked about it yet."""
    if call.runtime.consultation is None:
        return call.runtime
    fresh = replace(call.runtime, consultation=None).consulting(lambda: context_of(call.http, call.address.origin))
    introduce(call.visitor, fresh)
    return fresh


def answer(call: Call, document: dict[str, object], usual: str) -> HttpResponse:
    """The document, with the header Cache-Control that is usual for it."""
    response = document_response(call.http, document, presentation_media_type(call.http))
    if directives := call.cache_control(usual):
        response["Cache-Control"] = directives
    if call.is_for_one_visitor or call.runtime.overlays.depends_on_visitor:
        keep_from_others(response)
    return response
