"""What a folder of a source shows to staff: some of its images and folders, with links for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.values import Identifier
from sources.base import FolderEntry, Matches, SourceBackend
from sources.identifiers import identifier_of
from sources.models import Source
from sources.runtime import ActiveSource

from ..pages.links import ImageLinks, image_links
from ..pages.site import served_versions
from ..runtime import Runtime
from .source_row import Desk, as_typed

PAGE = 48
SEARCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is asked of the page."""

    folder: str = ""
    """Without slashes at its ends; empty for the place where all begins."""
    text: str = ""
    """What the names contain."""
    after: str = ""
    """The name behind which the page begins."""

    @property
    def query(self) -> str:
        told = {"folder": self.folder, "text": self.text, "after": self.after}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An image or a folder of the page."""

    name: str
    is_folder: bool = False
    query: str = ""
    """For a folder: what leads into it."""
    identifier: str = ""
    """For an image: what somebody would type; empty where the source gives it out under none."""
    links: ImageLinks | None = None
    """`None` where visitors cannot reach it."""

    @property
    def identifier_query(self) -> str:
        return urlencode({"identifier": self.identifier})


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPage:
    """A part of a folder."""

    items: tuple[Item, ...] = ()
    next_query: str = ""
    """What leads to the next part; empty at the end."""
    sentence: str = ""
    """Why there is nothing to show, or not everything."""
    is_failure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Through which somebody looks at a source."""

    request: HttpRequest
    runtime: Runtime
    row: Source
    source: ActiveSource

    def page(self, shown: Shown) -> FolderPage:
        """What there is to show. What a source cannot do it says in a sentence."""
        backend = self.source.backend
        if backend is None:
            return FolderPage(sentence="This source cannot be built: see what its form says.", is_failure=True)
        if words := backend.unlisted():
            return FolderPage(sentence=f"{words} Test it with an identifier.")
        try:
            matches = listed(backend, shown)
        except IIIFError as error:
            return FolderPage(sentence=error.sentence, is_failure=True)
        if matches is None:
            return FolderPage(sentence="There is no such folder in this source.", is_failure=True)
        items = tuple(self._item(shown.folder, entry) for entry in matches.entries[:PAGE])
        return FolderPage(items=items, next_query=next_query(shown, matches), sentence=about(matches, shown))

    def _item(self, folder: str, entry: FolderEntry) -> Item:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_folder:
            return Item(name=entry.name, is_folder=True, query=Shown(folder=path).query)
        identifier = identifier_of(self.source, path)
        if identifier is None:
            return Item(name=entry.name)
        typed = as_typed(identifier, self.runtime.endpoints.meta_delimiter)
        return Item(name=entry.name, identifier=typed, links=self._links(typed))

    def _links(self, typed: str) -> ImageLinks | None:
        versions = served_versions(self.runtime.endpoints)
        if not self.row.enabled or not versions:
            return None
        return image_links(self.request, self.runtime, versions[0], Identifier(typed))


def listed(backend: SourceBackend, shown: Shown) -> Matches | None:
    """One more than fits on a page, which tells whether there is another page."""
    if shown.text:
        return backend.search(shown.folder, shown.text, shown.after, PAGE + 1, SEARCH_SECONDS)
    entries = backend.entries(shown.folder, shown.after, PAGE + 1)
    return None if entries is None else Matches(entries)


def next_query(shown: Shown, matches: Matches) -> str:
    after = matches.entries[PAGE - 1].name if len(matches.entries) > PAGE else matches.goes_on_after
    return Shown(folder=shown.folder, text=shown.text, after=after).query if after else ""


def about(matches: Matches, shown: Shown) -> str:
    if not matches.is_complete:
        rest = "Go on for the rest." if matches.goes_on_after else "Search for more of the name."
        return f"The folder is large: not all of it has been searched. {rest}"
    if matches.entries:
        return ""
    if shown.text:
        return f"No name here contains “{shown.text}”."
    return "Nothing more." if shown.after else "There are no images here."


def steps_to(folder: str) -> Iterator[tuple[str, str]]:
    """The folders from the first to this one: each one's name, and what leads there."""
    path = ""
    for name in folder.split("/") if folder else ():
        path = f"{path}/{name}" if path else name
        yield name, Shown(folder=path).query


def browse_address(desk: Desk, shown: Shown) -> str:
    address = reverse("admin:iiif_sources_source_browse", args=[desk.row.pk], current_app=desk.site.name)
    return f"{address}?{shown.query}" if shown.query else address
