"""Headers that go with every request to a web server: as staff write them, and as a delegate adds them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping

from iiifserver.secrets import FROM_VARIABLE, SecretError, from_variable

HEADER_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*)")

OWN_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "proxy-authorization",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that the server sets itself, or that would break the connection."""


def headers_of(details: Mapping[str, str]) -> dict[str, str]:
    """What a delegate adds: `username` with `secret`, and `headers` as one JSON object or as lines."""
    headers = {}
    if details.get("username") or details.get("secret"):
        headers["Authorization"] = basic(details.get("username", ""), details.get("secret", ""))
    written = details.get("headers", "")
    if written.lstrip().startswith("{"):
        headers.update({name: checked_header(name, str(value)) for name, value in json.loads(written).items()})
    else:
        headers.update(revealed_headers(written))
    return headers


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def revealed_headers(written: str) -> dict[str, str]:
    """Headers by name; raises `ValueError` with a sentence that repeats no value."""
    headers = {}
    for line in filter(None, (line.strip() for line in written.splitlines())):
        match = HEADER_LINE.fullmatch(line)
        if match is None:
            raise ValueError("Write one header in a line, as Name: value, in plain letters.")
        headers[match[1]] = checked_header(match[1], revealed_value(match[2].strip()))
    return headers


def revealed_value(value: str) -> str:
    """The value, or that of the variable that it names, also behind a word such as Bearer."""
    words = value.rsplit(" ", 1)
    if not words[-1].startswith(FROM_VARIABLE):
        return value
    try:
        words[-1] = from_variable(words[-1].removeprefix(FROM_VARIABLE))
    except SecretError as error:
        raise ValueError(str(error)) from error
    return " ".join(words)


def checked_header(name: str, value: str) -> str:
    """The value; raises `ValueError` for a header that staff may not set, or a value that would end its line."""
    if HEADER_LINE.fullmatch(f"{name}: {value}") is None:
        raise ValueError(f"The header {name[:40]!a} or its value has letters that headers may not have.")
    if name.lower() in OWN_HEADERS:
        raise ValueError(f"The header {name} is set by the server itself.")
    return value
