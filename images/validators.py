"""Checks of what staff type into the service's own settings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from iiifserver.iiif import rights
from iiifserver.iiif.description import IDENTIFIER
from iiifserver.iiif.metadata import is_field_name
from processors.encoders import formats_out

from .http import networks

# No IPv6: a content security policy cannot name such an address, so that browsers would load nothing from it.
HOST = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?", re.IGNORECASE)

DELIMITER = re.compile(r"[!$&'()*+,;=@._~|^-]+")
SLASH_SUBSTITUTE = re.compile(r"[!$&'()*+,:;=@_~|^-]+")
ONE_VERSION = re.compile(r"/iiif/[123](?:/|$)")
LARGEST_SCALE = 1000


def validate_networks(text: str) -> None:
    """Each word is an address or a network."""
    for word in text.split():
        try:
            networks([word])
        except ValueError as error:
            raise ValidationError(f"“{word}” is neither an address nor a network such as 10.0.0.0/24.") from error


def validate_hosts(text: str) -> None:
    """Each line is the name of a host or its IPv4 address, with a port or without."""
    for line in text.splitlines():
        if len(line.split()) > 1:
            raise ValidationError(f"“{line.strip()}” has a blank in it: write one host a line.")
    for word in text.split():
        if not HOST.fullmatch(word) or int(word.partition(":")[2] or 1) not in range(1, 65536):
            raise ValidationError(f"“{word}” is no host such as images.example.org or images.example.org:8443.")


def validate_scale(value: float) -> None:
    """None at all, or one that leaves an image its own size at least."""
    if value and not 1 <= value <= LARGEST_SCALE:
        raise ValidationError(f"A max scale is 0, or a number from 1 to {LARGEST_SCALE}.")


def validate_delimiter(text: str) -> None:
    """Characters that neither numbers, times nor addresses are made of."""
    if not DELIMITER.fullmatch(text):
        raise ValidationError("A delimiter has no letters, digits, blanks, colons, percent signs nor / ? #.")


def validate_slash_substitute(text: str) -> None:
    """Characters that the rest of an address is not made of, and names hardly ever."""
    if not SLASH_SUBSTITUTE.fullmatch(text):
        raise ValidationError("Write something such as __ or !: no letters, digits, blanks, dots, nor / % ? #.")


def check_apart(slash_substitute: str, delimiter: str) -> None:
    """Raises `ValidationError` where it cannot be told which is which."""
    if shared := sorted(set(slash_substitute) & {*delimiter, *(":" if delimiter else "")}):
        raise ValidationError(
            f"“{slash_substitute}” is to stand for a slash, and pages and scales are written {delimiter}3 and "
            f"{delimiter}1:2: nobody could tell what {shared[0]} is. Choose something else."
        )


def validate_public_url(address: str) -> None:
    """The address of the site, below which each version of the Image API has its own."""
    parts = urlsplit(address)
    if parts.query or parts.fragment or address.endswith(("?", "#")):
        raise ValidationError("Leave out what begins with ? or #: it can stand in no address of an image.")
    if ONE_VERSION.search(parts.path):
        raise ValidationError("Leave out /iiif/ and what follows: the server puts it behind this address by itself.")


def validate_rights(address: str) -> None:
    """One of the statements that the Image API knows (Image API 3.0, 5.6)."""
    if not rights.is_known(address):
        raise ValidationError(
            "This is no address of Creative Commons or RightsStatements.org, such as "
            "http://creativecommons.org/licenses/by/4.0/ or http://rightsstatements.org/vocab/InC/1.0/."
        )


def validate_field_names(text: str) -> None:
    """Each word is the name of a field of metadata."""
    for word in text.split():
        if not is_field_name(word):
            raise ValidationError(f"“{word}” is no field: write names such as iptc:CopyrightNotice or xmp:dc:rights.")


def validate_formats(text: str) -> None:
    """Each word is the extension of a format that this server writes."""
    offered = [format_.extension for format_ in formats_out()]
    for word in text.split():
        if word not in offered:
            raise ValidationError(f"“{word}” is no format that is made here: write some of {', '.join(offered)}.")


def validate_address_template(address: str) -> None:
    """An address of the web, in which the identifier may stand."""
    rest = address.replace(IDENTIFIER, "identifier")
    if not rights.is_address(rest) or "{" in rest or "}" in rest:
        raise ValidationError(
            "Write an address such as https://example.org/about/{identifier}, with no other braces in it."
        )
