"""One source by itself, as staff look at it, whether it is switched on or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from iiifserver.iiif.values import ApiVersion
from iiifserver.shelf import build
from sources.models import Source
from sources.registry import sources
from sources.runtime import ActiveSource, Sources, active_source

from ..consulting import context_of, introduce
from ..grammar import StandardGrammar
from ..runtime import Runtime
from ..visitors import visitor_of

PERMISSIONS = ("iiif_sources.view_source", "iiif_sources.change_source")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody of the staff looks at one source."""

    site: AdminSite
    row: Source

    def around(self, request: HttpRequest, title: str) -> dict[str, Any]:
        """What every page of the admin needs, and the way back to the source."""
        request.current_app = self.site.name
        return {**self.site.each_context(request), "opts": Source._meta, "title": title, "row": self.row}


def may_look(request: HttpRequest) -> bool:
    return any(request.user.has_perm(permission) for permission in PERMISSIONS)


View = Callable[[Desk, HttpRequest], HttpResponse]


def at_desk(site: AdminSite, view: View) -> Callable[Concatenate[HttpRequest, ...], HttpResponse]:
    """The view of one source, for those who may look at sources."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        if not may_look(request):
            raise PermissionDenied
        return view(Desk(site, get_object_or_404(Source, pk=pk)), request)

    return guarded


def source_alone(row: Source) -> ActiveSource:
    """The source of a row, built anew; raises `BackendError` with a sentence for staff when it makes none."""
    return active_source(row, build(sources, row))


def source_in_use(row: Source, runtime: Runtime) -> ActiveSource:
    """The one that requests use, with all that it remembers, where the row is switched on; raises as `source_alone`."""
    named = (source for source in runtime.sources.active if source.name == row.name and source.backend is not None)
    return (row.enabled and next(named, None)) or source_alone(row)


def looking_into(source: ActiveSource, runtime: Runtime, request: HttpRequest) -> Runtime:
    """The settings under which staff see that source's images as they would in an answer: no other source is asked,
    any size may be, and the site's delegate knows who looks.
    """
    rules = replace(runtime.endpoints.rules, restricts_to_sizes=False)
    endpoints = replace(runtime.endpoints, versions=runtime.endpoints.versions | {ApiVersion.V3}, rules=rules)
    alone = replace(runtime, sources=Sources((source,)), endpoints=endpoints, consultation=None)
    asking = alone.consulting(lambda: context_of(request, f"{request.scheme}://{request.get_host()}"))
    introduce(visitor_of(request), asking)
    return asking


def as_typed(identifier: str, delimiter: str) -> str:
    """What somebody would type for just this image: one whose name ends like a page is asked for with its page."""
    return StandardGrammar(delimiter).plain(identifier)
