"""The statements of rights that IIIF knows, as they are published (Image API 3.0, 5.6; Presentation API 3.0, 3.1)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

KNOWN_RIGHTS = re.compile(
    r"https?://(?:(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)|rightsstatements\.org/(?:vocab|page))"
    r"/[A-Za-z0-9+-]+/[0-9.]+/(?:[a-z]{2,3}/)?"
)
READABLE_PAGE = re.compile(r"(?:deed|legalcode)(?:\.[A-Za-z_-]+)?/?$")
LONGEST_ADDRESS = 500


def is_known(address: str) -> bool:
    """Whether this is an address of Creative Commons or RightsStatements.org."""
    return KNOWN_RIGHTS.fullmatch(address) is not None


def published(address: str) -> str:
    """What an image says of its rights as the address under which they are published; empty where it is no address.

    Addresses of known statements are given as their publishers spell them: images name the page that people read.
    """
    text = address.strip()
    if not is_address(text):
        return ""
    spelled = READABLE_PAGE.sub("", text)
    spelled = spelled if spelled.endswith("/") else f"{spelled}/"
    if not is_known(spelled):
        return text
    host, _, path = spelled.partition("://")[2].partition("/")
    known_path = path.replace("page/", "vocab/", 1) if path.startswith("page/") else path
    return f"http://{host.removeprefix('www.')}/{known_path}"


def is_address(text: str) -> bool:
    """Whether the text is an address of the web, fit to stand in a document."""
    if len(text) > LONGEST_ADDRESS or not text.isprintable() or any(character in text for character in " <>\"'`\\"):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
