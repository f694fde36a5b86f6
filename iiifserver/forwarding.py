"""What proxies write about a request: in the X-Forwarded headers, or in `Forwarded` (RFC 7239)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

WORDS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
PAIR = re.compile(rf'\s*({WORDS})=({WORDS}|"(?:[^"\\]|\\.)*")\s*')
"""A parameter of `Forwarded`; RFC 7239, 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the proxies on the way say, each its own item, the nearest last; an empty item says nothing."""

    clients: Sequence[str] = ()
    schemes: Sequence[str] = ()
    hosts: Sequence[str] = ()
    ports: Sequence[str] = ()


def said_by(items: Sequence[str], hops: int) -> str:
    """What the outermost of so many trusted proxies said: each adds its item at the end."""
    return items[-min(hops, len(items))] if items else ""


def told_by_x_forwarded(headers: Mapping[str, Any]) -> Told:
    """The items of X-Forwarded-For, -Proto, -Host and -Port, from the headers as WSGI names them."""

    def items(name: str) -> list[str]:
        return [item.strip() for item in headers.get(f"HTTP_X_FORWARDED_{name}", "").split(",") if item.strip()]

    return Told(clients=items("FOR"), schemes=items("PROTO"), hosts=items("HOST"), ports=items("PORT"))


def told_by_forwarded(text: str) -> Told:
    """The items of a `Forwarded` header; one that breaks the rules says nothing at all."""
    hops = elements(text)
    return Told(
        clients=[hop.get("for", "") for hop in hops],
        schemes=[hop.get("proto", "") for hop in hops],
        hosts=[hop.get("host", "") for hop in hops],
    )


def elements(text: str) -> list[dict[str, str]]:
    """The parameters that each proxy wrote, by their names in lower case; none where the header is malformed."""
    found: list[dict[str, str]] = [{}]
    position = 0
    while position < len(text):
        pair = PAIR.match(text, position)
        if pair is None or pair[1].lower() in found[-1]:
            return []
        found[-1][pair[1].lower()] = unquoted(pair[2])
        position = pair.end()
        separator = text[position : position + 1]
        if separator == ",":
            found.append({})
        elif separator not in (";", ""):
            return []
        position += 1
    return found if found[-1] else []


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def address_of(text: str) -> Address | None:
    """The address of a client, which may stand in brackets and with a port; `None` for anything else."""
    bare = text[1 : text.find("]")] if text.startswith("[") and "]" in text else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    # A socket that listens on both families shows IPv4 visitors as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address
