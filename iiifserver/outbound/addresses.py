"""Which addresses anybody may reach, and which are closed to what staff or visitors can steer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

METADATA_SERVICES = frozenset(
    ipaddress.ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
)
"""Where clouds hand a machine its own credentials. No setting opens these."""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
TUNNELS = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "fec0::/10")
)
"""6to4, Teredo, IPv4-compatible, local NAT64, IPv4-translated and the site-local of old: an address that carries
another one, or that nobody gives out any more."""

ISATAP_MARKS = frozenset({0x00005EFE, 0x02005EFE})


def is_public(address: Address) -> bool:
    """Whether the address belongs to the open internet, all that is carried inside it included."""
    address = carried(address)
    if address in METADATA_SERVICES or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return isinstance(address, ipaddress.IPv4Address) or not is_tunnel(address)


def is_open(address: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is public or in one of the networks that the fence opens."""
    address = carried(address)
    if address in METADATA_SERVICES:
        return False
    return is_public(address) or any(address in network for network in networks)


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped or NAT64 address stands for; any other as it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or without_zone(address)


def without_zone(address: ipaddress.IPv6Address) -> ipaddress.IPv6Address:
    return ipaddress.IPv6Address(int(address)) if address.scope_id else address


def is_tunnel(address: ipaddress.IPv6Address) -> bool:
    """Whether packets to this address leave for another one that is written inside it."""
    is_isatap = (int(address) >> 32) & 0xFFFFFFFF in ISATAP_MARKS
    return is_isatap or any(address in network for network in TUNNELS)
