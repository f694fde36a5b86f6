"""The addresses that belong to one image: for its pictures, its pages, and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from iiifserver.iiif.paths import encode_identifier
from iiifserver.iiif.values import ApiVersion, Identifier

from ..addresses import public_origin
from ..http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLinks:
    """The links of one image in one version of the Image API."""

    path: str
    """Where this page itself finds the image, by whatever name the visitor knows the server."""
    address: str
    """The base URI for other programs."""
    requests: str
    """The page of sample requests."""

    @property
    def info(self) -> str:
        return f"{self.address}/info.json"

    @property
    def viewer(self) -> str:
        """The page that shows the image in a viewer; it stays the same for as long as the image does."""
        return viewer_link(self.info)

    @property
    def viewer_address(self) -> str:
        """The same for other people."""
        return f"{self.address.removesuffix(self.path)}{self.viewer}"


def image_links(request: HttpRequest, http: Http, version: ApiVersion, identifier: Identifier) -> ImageLinks:
    """The links of an image, as the visitor who sent this request can use them."""
    path = f"{service_prefix(version)}{encode_identifier(as_sent(identifier, http.slash_substitute))}"
    page = reverse("requests", args=(version.value,))
    return ImageLinks(
        path=path,
        address=f"{public_origin(request, http.public_url)}{path}",
        requests=f"{page}?{urlencode({'identifier': identifier.value}, safe='/')}",
    )


def viewer_link(info_address: str, **more: str) -> str:
    """The page that shows the image whose info.json is there."""
    return f"{reverse('viewer')}?{urlencode({'iiif': info_address, **more}, safe=':/')}"


def as_sent(identifier: Identifier, slash_substitute: str) -> str:
    """The identifier as it stands in addresses where proxies let no encoded slash through."""
    return identifier.value.replace("/", slash_substitute) if slash_substitute else identifier.value


def service_prefix(version: ApiVersion) -> str:
    """The path of the service up to and with the slash before the identifier."""
    return reverse("iiif:service", args=(version.value, "-")).removesuffix("-")
