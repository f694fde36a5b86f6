"""The socket that the server listens on, and the address under which people find it."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iiifserver.environment import WILDCARDS, host_name
from iiifserver.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    def url(self, *, is_tls: bool) -> str:
        """Return the address to type into a browser on this machine."""
        host = "127.0.0.1" if self.host in WILDCARDS else self.host
        return f"{'https' if is_tls else 'http'}://{host_name(host)}:{self.port}"


def bind(address: Address) -> socket.socket:
    """Take the address, or refuse in one sentence; nobody is answered before `listen`."""
    try:
        family, kind, protocol, _, place = _resolve(address)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _not_ours(address) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address.host in WILDCARDS:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(place)
    except OSError as error:
        listener.close()
        raise _refusal(address, error) from error
    return listener


def listen(listener: socket.socket, address: Address) -> None:
    """Let visitors in; a second server that took the same address meanwhile is told apart here."""
    try:
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise _refusal(address, error) from error


def check_certificate(certificate: Path, key: Path) -> None:
    """Refuse a certificate and a key that do not belong together before anybody connects."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise Refusal(
            f"TLS_CERT {certificate} and TLS_KEY {key} do not work together: name a certificate in PEM form "
            "and its own key without a passphrase."
        ) from error


def _resolve(address: Address) -> tuple[int, int, int, str, tuple[Any, ...]]:
    host = "0.0.0.0" if address.host in ("", "*") else address.host  # noqa: S104 (asked for)
    return socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]


def _refusal(address: Address, error: OSError) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        return Refusal(
            f"Port {address.port} on {address.host} is taken: stop the program that uses it, "
            f"or choose another, such as PORT={_another(address.port)}."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Refusal(f"Port {address.port} is reserved for root: choose a PORT of 1024 or more, such as PORT=8182.")
    return _not_ours(address)


def _another(port: int) -> int:
    return port + 1 if port < 65535 else 8182


def _not_ours(address: Address) -> Refusal:
    return Refusal(
        f"HOST is {address.host!r}, which is not an address of this machine: write 127.0.0.1 for this machine alone "
        "or 0.0.0.0 for the whole network."
    )
