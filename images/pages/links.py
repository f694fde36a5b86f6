"""The addresses that belong to one image: for its pictures, its pages, and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from iiifserver.iiif.features import QUALITY_NAMES
from iiifserver.iiif.paths import encode_identifier
from iiifserver.iiif.values import ApiVersion, Identifier, Quality

from ..addresses import public_origin, public_root
from ..http import Http
from ..runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLinks:
    """The links of one image in one version of the Image API."""

    path: str
    """Where this page itself finds the image, by whatever name the visitor knows the server."""
    address: str
    """The base URI for other programs."""
    requests: str
    """The page of sample requests; empty on a site without the pages."""
    viewer: str
    """The page that shows the image in a viewer; it stays the same for as long as the image does. Empty likewise."""
    manifest: str
    """The manifest of the image, for other programs; empty where there are none."""
    manifest_viewer: str
    """The page that leafs through the manifest in a viewer; empty where one of the two is not there."""
    version: ApiVersion

    @property
    def info(self) -> str:
        return f"{self.address}/info.json"

    @property
    def viewer_address(self) -> str:
        """The same for other people."""
        return self.viewer and f"{self.address.removesuffix(self.path)}{self.viewer}"

    @property
    def preview(self) -> str:
        """A small picture of all of the image."""
        return f"{self.path}/full/!480,480/0/{QUALITY_NAMES[self.version][Quality.DEFAULT]}.jpg"


def image_links(request: HttpRequest, runtime: Runtime, version: ApiVersion, identifier: Identifier) -> ImageLinks:
    """The links of an image, as the visitor who sent this request can use them."""
    http, origin = runtime.http, public_origin(request, runtime.http.public_url)
    name = encode_identifier(as_sent(identifier, http.slash_substitute))
    path = f"{service_prefix(request, http, version)}{name}"
    manifest = f"{origin}{manifest_prefix(request, http)}{name}/manifest" if runtime.endpoints.manifests else ""
    return ImageLinks(
        path=path,
        address=f"{origin}{path}",
        requests=requests_link(request, http, version, identifier),
        viewer=viewer_link(request, http, f"{origin}{path}/info.json"),
        manifest=manifest,
        manifest_viewer=manifest and viewer_link(request, http, manifest),
        version=version,
    )


def requests_link(request: HttpRequest, http: Http, version: ApiVersion, identifier: Identifier) -> str:
    """The page of sample requests for the image; empty on a site without the pages."""
    page = page_link(request, http, "requests", version.value)
    return page and f"{page}?{urlencode({'identifier': identifier.value}, safe='/')}"


def viewer_link(request: HttpRequest, http: Http, address: str, **more: str) -> str:
    """The page that shows the image whose info.json is there, or the pages of that manifest; empty on a site without
    pages of its own.
    """
    page = page_link(request, http, "viewer")
    return page and f"{page}?{urlencode({'iiif': address, **more}, safe=':/')}"


def page_link(request: HttpRequest, http: Http, name: str, *arguments: int) -> str:
    """A page for people, which a site that has the service built in leaves out; empty there."""
    try:
        return as_visited(request, http, reverse(f"iiif_site:{name}", args=arguments))
    except NoReverseMatch:
        return ""


def as_visited(request: HttpRequest, http: Http, path: str) -> str:
    """A path of this site below the root under which visitors find it."""
    own = request.path.removesuffix(request.path_info)
    return f"{public_root(request, http.public_url)}{path.removeprefix(own)}"


def as_sent(identifier: Identifier, slash_substitute: str) -> str:
    """The identifier as it stands in addresses where proxies let no encoded slash through."""
    return identifier.value.replace("/", slash_substitute) if slash_substitute else identifier.value


def service_prefix(request: HttpRequest, http: Http, version: ApiVersion) -> str:
    """The path of the service up to and with the slash before the identifier."""
    return as_visited(request, http, reverse("iiif:service", args=(version.value, "-")).removesuffix("-"))


def manifest_prefix(request: HttpRequest, http: Http) -> str:
    """The path of the manifests up to and with the slash before the identifier."""
    return as_visited(request, http, reverse("iiif:presentation", args=("-",)).removesuffix("-"))
