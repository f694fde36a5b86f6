"""What the settings let this server ask: schemes, hosts, networks."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from iiifserver.conf import conf

from .addresses import Address, Network, is_open

SCHEMES = frozenset({"http", "https"})

NUMERIC_HOST = frozenset("0123456789abcdefxABCDEFX.")


class OutOfBounds(Exception):
    """The fence does not let this server there. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class OutboundFence:
    """Where requests to other servers may go, whatever staff, a delegate or a redirect says."""

    hosts: tuple[str, ...] | None = None
    """The only hosts, in lower case; one with a leading dot stands for all hosts below it. `None` for any."""
    networks: tuple[Network, ...] = ()
    """Networks that are open although they are not public."""

    def check(self, url: str) -> SplitResult:
        """The parts of the URL; raises `OutOfBounds` when its scheme, host or literal address is closed."""
        parts = parts_of(url)
        host = str(parts.hostname)
        if not self.knows(host):
            raise OutOfBounds(unknown_host(host))
        address = literal(host)
        if address is not None and not is_open(address, self.networks):
            raise OutOfBounds(f"The address {host} is not public, and {named('PRIVATE_NETWORKS')} does not open it.")
        return parts

    def knows(self, host: str) -> bool:
        """Whether the list of hosts has this one."""
        name = host.lower().rstrip(".")
        if self.hosts is None:
            return True
        return any(name == known or (known.startswith(".") and name.endswith(known)) for known in self.hosts)

    def places(self, host: str, port: int) -> Iterator[tuple[int, tuple[str, int]]]:
        """Family and address of each place that the host's name stands for, now.

        Raises `OutOfBounds` when one of them is closed: a name that stands for open and closed places at once is
        not to be trusted. Raises `OSError` when the name cannot be resolved.
        """
        if not self.knows(host):
            raise OutOfBounds(unknown_host(host))
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        for _, _, _, _, place in found:
            self.check_peer(place)
        yield from ((family, place) for family, _, _, _, place in found)  # type: ignore[misc]

    def check_peer(self, place: object) -> None:
        """Raises `OutOfBounds` when this end of a connection is closed."""
        name = place[0] if isinstance(place, tuple) and place else ""
        try:
            address = ipaddress.ip_address(str(name))
        except ValueError:
            raise OutOfBounds("The host's name stands for something that is no address.") from None
        if not is_open(address, self.networks):
            raise OutOfBounds(
                f"The host's name stands for an address that is not public, and {named('PRIVATE_NETWORKS')} does not "
                "open it."
            )


def unknown_host(host: str) -> str:
    return f"The host {host} is not among those that this server may ask, which {named('REMOTE_HOSTS')} lists."


def named(key: str) -> str:
    """A value of the fence as who starts the server writes it: a variable, or in a site a key of its settings."""
    return f"IIIFSERVER_{key}" if hasattr(settings, "ENVIRONMENT") else f'IIIFSERVER["{key}"]'


def current_fence() -> OutboundFence:
    """The fence as the settings have it."""
    hosts = conf.remote_hosts
    return OutboundFence(
        hosts=None if hosts is None else tuple(host.lower() for host in hosts),
        networks=conf.private_networks,
    )


def parts_of(url: str) -> SplitResult:
    """Raises `OutOfBounds` for what is no address of a web server."""
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port != 0
    except ValueError:
        raise OutOfBounds("This is not the address of a web server.") from None
    if parts.scheme not in SCHEMES or not parts.hostname or not port_is_sound:
        raise OutOfBounds("Only addresses that begin with http:// or https:// are asked.")
    return parts


def literal(host: str) -> Address | None:
    """The address that a host is written as, in any spelling that the system takes for one; `None` for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    if not set(host) <= NUMERIC_HOST:
        return None
    try:
        # Also 127.1, 2130706433 and 0x7f.0.0.1.
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
