"""Which images of this server a manifest or collection names; Presentation API 2 and 3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

BELOW_SERVICE = re.compile(r"(?P<root>.*)/iiif/(?P<version>[123])/(?P<path>.+)$")
PARAMETERS = 4
"""Region, size, rotation, and quality with format."""
MOST_DEPTH = 100
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Here:
    """How visitors address this server."""

    root: str = ""
    """Scheme, host and path by which they know it; empty where nobody knows: then every service may be ours."""
    slash_substitute: str = ""
    """What stands for a slash in identifiers; empty: nothing does."""

    def has(self, address: SplitResult, root: str) -> bool:
        """Whether an address is one of ours, by its host and by the path in front of its services. The scheme does not
        matter: old manifests were written before there was TLS.
        """
        own = urlsplit(self.root)
        return not self.root or (place_of(own), own.path.rstrip("/")) == (place_of(address), root)


def place_of(address: SplitResult) -> tuple[str, int | None]:
    """Host and port; the port that goes without saying is none."""
    try:
        port = address.port
    except ValueError:
        port = -1
    return (address.hostname or "").lower(), None if port == USUAL_PORTS.get(address.scheme) else port


def identifiers_in_manifest(text: str, here: Here | None = None) -> list[str]:
    """The identifiers of the images of this server that a manifest or collection names, by their services or by the
    addresses of their pictures.

    Raises `ValueError` where the text is no JSON.
    """
    ours = here or Here()
    identifiers = (service_identifier(address, ours) for address in addresses_in(json.loads(text)))
    return list(dict.fromkeys(identifier for identifier in identifiers if identifier))


def addresses_in(node: Any, depth: int = 0) -> Iterator[str]:
    """The address of each service and of each picture, wherever it stands in the document."""
    if depth > MOST_DEPTH:
        return
    if isinstance(node, list):
        for member in node:
            yield from addresses_in(member, depth + 1)
    elif isinstance(node, dict):
        yield from (address for service in as_list(node.get("service")) if (address := address_of(service)))
        if (picture := picture_service(address_of(node))) is not None:
            yield picture
        for member in node.values():
            yield from addresses_in(member, depth + 1)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def address_of(node: Any) -> str:
    address = (node.get("id") or node.get("@id")) if isinstance(node, dict) else node
    return address if isinstance(address, str) else ""


def picture_service(address: str) -> str | None:
    """The address of the service of a picture; `None` for what is no picture of a service."""
    found = BELOW_SERVICE.search(parts_of(address).path)
    if found is None or found["path"].count("/") != PARAMETERS:
        return None
    return address.rsplit("/", PARAMETERS)[0]


def service_identifier(address: str, here: Here) -> str:
    """The identifier in the address of an image service of ours; empty where it is none."""
    parts = parts_of(address)
    found = BELOW_SERVICE.search(parts.path)
    if found is None or not here.has(parts, found["root"]):
        return ""
    segment = found["path"].removesuffix("/info.json").rstrip("/")
    if "/" in segment:
        return ""
    identifier = unquote(segment)
    return identifier.replace(here.slash_substitute, "/") if here.slash_substitute else identifier


def parts_of(address: str) -> SplitResult:
    """The parts of an address; empty ones for what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
