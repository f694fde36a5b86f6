"""What the viewer page may be sent to. Pure: what a browser would make of an address, and nothing looser."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from iiifserver.iiif.errors import BadRequest, Forbidden

MAX_LENGTH = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

# RFC 3986, without @, ? and #. Browsers read a backslash as a slash and drop line breaks: Python does neither.
LEGAL = re.compile(r"https?://[A-Za-z0-9\-._~:/\[\]!$&'()*+,;=%]+", re.IGNORECASE)

INFO_ENDING = "/info.json"
MANIFEST_ENDINGS = ("/manifest", "/manifest.json")

NO_ADDRESS = (
    "This is no address of an image or a manifest: write one like {origin}/iiif/3/identifier/info.json, with the "
    "characters that no address may have percent-encoded."
)
FOREIGN = "This page shows images of this server; the administrator can allow other servers under “HTTP” in the admin."


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host in lower case and port, as browsers compare them."""

    scheme: str
    host: str
    port: int

    def is_named_by(self, host_and_port: str) -> bool:
        """Whether `host` or `host:port` means it; without a port, the scheme's own is meant."""
        host, _, port = host_and_port.partition(":")
        return host == self.host and int(port or DEFAULT_PORTS[self.scheme]) == self.port


def origin_of(address: str) -> Origin:
    """Raises `ValueError` where there is none."""
    parts = urlsplit(address)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(address)
    port = parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme]
    return Origin(parts.scheme, parts.hostname, port)


def is_manifest(address: str) -> bool:
    """Whether it is the address of a manifest, by its end."""
    return address.endswith(MANIFEST_ENDINGS)


def check_shown_address(address: str, own_origins: Collection[str], allowed_hosts: Collection[str]) -> None:
    """Raises `BadRequest` for what is no address of an info.json or a manifest, `Forbidden` for another server's."""
    has_ending = address.endswith((INFO_ENDING, *MANIFEST_ENDINGS))
    if len(address) > MAX_LENGTH or not LEGAL.fullmatch(address) or not has_ending:
        raise BadRequest(NO_ADDRESS.format(origin=next(iter(own_origins))))
    try:
        origin = origin_of(address)
    except ValueError as error:
        raise BadRequest(NO_ADDRESS.format(origin=next(iter(own_origins)))) from error
    is_own = origin in {origin_of(own) for own in own_origins}
    if not is_own and not any(origin.is_named_by(host) for host in allowed_hosts):
        raise Forbidden(FOREIGN)
