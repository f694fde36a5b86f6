"""What to warm, read from what people have: a list, a manifest, an access log."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

IMAGE_REQUEST = re.compile(r'"(?:GET|HEAD) (?P<target>\S+) HTTP/[0-9.]+" (?P<status>[0-9]{3})')
BELOW_SERVICE = re.compile(r"/iiif/(?P<version>[123])/(?P<path>.+)$")
PARAMETERS = 4
"""Region, size, rotation, and quality with format."""
MOST_DEPTH = 100


def identifiers_in_list(text: str) -> list[str]:
    """One identifier a line; empty lines and lines that begin with # are passed over."""
    lines = (line.strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def identifiers_in_manifest(text: str) -> list[str]:
    """The identifiers of all image services that a manifest or collection names.

    Raises `ValueError` where the text is no JSON.
    """
    services = (service_identifier(address) for address in service_addresses(json.loads(text)))
    return list(dict.fromkeys(identifier for identifier in services if identifier))


def service_addresses(node: Any, depth: int = 0) -> Iterator[str]:
    """The address of each service, wherever it stands in the document."""
    if depth > MOST_DEPTH:
        return
    if isinstance(node, list):
        for member in node:
            yield from service_addresses(member, depth + 1)
    elif isinstance(node, dict):
        for service in as_list(node.get("service")):
            address = service.get("id") or service.get("@id") if isinstance(service, dict) else None
            if isinstance(address, str):
                yield address
        for member in node.values():
            yield from service_addresses(member, depth + 1)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def service_identifier(address: str) -> str:
    """The identifier in the address of an image service; empty where it is none."""
    found = BELOW_SERVICE.search(urlsplit(address).path)
    return unquote(found["path"].rstrip("/")) if found and "/" not in found["path"].rstrip("/") else ""


def pictures_in_log(lines: Iterable[str], most: int) -> list[tuple[int, str]]:
    """The pictures that were asked for most often, and answered, in a log in the common or combined format.

    Version and path below the service, the most wanted first.
    """
    wanted = Counter(picture for line in lines if (picture := picture_in_line(line)))
    return [picture for picture, _ in wanted.most_common(most)]


def picture_in_line(line: str) -> tuple[int, str] | None:
    found = IMAGE_REQUEST.search(line)
    if found is None or found["status"] not in ("200", "304"):
        return None
    below = BELOW_SERVICE.search(found["target"].partition("?")[0])
    if below is None or below["path"].count("/") != PARAMETERS:
        return None
    return int(below["version"]), below["path"]
