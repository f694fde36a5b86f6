"""One call of the service, from the HTTP request: who asks for what, under which settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from iiifserver.iiif.errors import DelegateUnavailable, Elsewhere, ReducedOnly
from iiifserver.iiif.paths import BaseUriPath, ImagePath, InfoPath, MalformedPath, ManifestPath, check_uri_length
from iiifserver.iiif.values import ApiVersion
from iiifserver.iiif.visitor import Visitor

from .addresses import ServiceAddress, query_of, requested, sent_uri, service_address
from .arguments import arguments_of
from .cache_argument import CacheUse, cache_use
from .client_caching import site_says
from .consulting import context_of, introduce
from .grammar import grammar_of
from .naming import Name, name_of
from .responses import moved_response
from .runtime import Runtime, current_runtime
from .visitors import visitor_for


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the service: what every kind of answer needs to know."""

    http: HttpRequest
    version: ApiVersion
    arguments: Mapping[str, str]
    address: ServiceAddress
    visitor: Visitor
    runtime: Runtime
    cache_use: CacheUse

    def requested(self, path: str) -> ImagePath | InfoPath | BaseUriPath | MalformedPath:
        """What the address names, of which nothing is understood yet."""
        needs_format = self.version is not ApiVersion.V1
        return requested(self.http, path, self.runtime.http.slash_substitute, needs_format=needs_format)

    def name(self, path: ImagePath | InfoPath | BaseUriPath | ManifestPath) -> Name:
        with_pages = self.runtime.endpoints.reads_page_arguments
        return name_of(self.http, path, self.arguments, grammar_of(self.runtime), reads_page_arguments=with_pages)

    def moved(self, published: str, rest: str) -> HttpResponse:
        """Leads to the address in which the identifier is spelled as it should be."""
        return moved_response(f"{self.address.image(published)}/{rest}{query_of(self.http)}")

    @property
    def is_for_one_visitor(self) -> bool:
        """Whether somebody else may be answered differently by the site's delegate, which may say itself who keeps the
        answer.
        """
        consultation = self.runtime.consultation
        return consultation is not None and consultation.depends_on_visitor and not consultation.cache_control

    def cache_control(self, usual: str | None) -> str | None:
        """The header of this answer, before it is known whether it is for one visitor; `None` for none."""
        return self.cache_use.cache_control(site_says(self.runtime) or usual)

    def anew(self, runtime: Runtime) -> Call:
        """The same call under newer settings; the delegate goes on being asked as before."""
        newer = replace(runtime, consultation=self.runtime.consultation)
        return replace(self, visitor=visitor_for(newer, self.http), runtime=self.cache_use.applied_to(newer))

    @contextmanager
    def leading_to_scale(self, name: Name, rest: str) -> Iterator[None]:
        """Sends a visitor who may have the image at a lower scale alone to its address at that scale."""
        try:
            yield
        except ReducedOnly as error:
            if not name.has_others:
                raise DelegateUnavailable(
                    "This image is given out at a scale that no address here can name."
                ) from error
            location = f"{self.address.image(name.with_scale(error.scale))}/{rest}{query_of(self.http)}"
            raise Elsewhere(error.sentence, status=error.status, location=location) from error


def call_for(http: HttpRequest, version: ApiVersion, path: str) -> Call:
    """The call, if this version is served at all and the address is not too long for it."""
    runtime = current_runtime()
    runtime.endpoints.check_enabled(version)
    return call_under(runtime, http, version, path)


def call_under(runtime: Runtime, http: HttpRequest, version: ApiVersion, path: str) -> Call:
    """The call under these settings, if the address is not too long for it."""
    address = service_address(http, path, runtime.http.public_url)
    check_uri_length(version, sent_uri(http, address.origin))
    arguments = arguments_of(http)
    use = cache_use(http, arguments, runtime.http.cache_steering)
    runtime = runtime.consulting(lambda: context_of(http, address.origin))
    visitor = visitor_for(runtime, http)
    introduce(visitor, runtime)
    return Call(http, version, arguments, address, visitor, use.applied_to(runtime), use)
