from __future__ import annotations

import ipaddress

import pytest

from iiifserver.outbound.addresses import METADATA_SERVICES, is_open, is_public

CLOSED = {
    "private": ("10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%eth0"),
    "carrier NAT": ("100.64.0.1", "100.127.255.255"),
    "this network": ("0.0.0.0", "0.1.2.3", "::"),
    "broadcast and multicast": ("255.255.255.255", "224.0.0.1", "239.1.1.1", "233.252.0.1", "ff02::1", "ff0e::1"),
    "reserved": ("240.0.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.0.1", "2001:db8::1"),
    "unique local": ("fc00::1", "fd12:3456::1"),
    "site-local": ("fec0::1",),
    "mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"),
    "translated": ("::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8"),
    "compatible": ("::127.0.0.1", "::10.0.0.1", "::8.8.8.8"),
    "6to4": ("2002:7f00:1::", "2002:0a00:0001::1", "2002:0808:0808::1"),
    "NAT64": ("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8"),
    "Teredo": ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1"),
    "ISATAP": ("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:8.8.8.8"),
    "metadata": tuple(str(address) for address in METADATA_SERVICES),
}

OPEN = ("8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8")


@pytest.mark.parametrize(("kind", "address"), [(kind, address) for kind, each in CLOSED.items() for address in each])
def test_an_address_that_not_everybody_reaches_is_closed(kind: str, address: str):
    assert not is_public(ipaddress.ip_address(address)), kind


@pytest.mark.parametrize("address", OPEN)
def test_an_address_of_the_internet_is_open(address: str):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"])
def test_the_fence_opens_a_network_in_every_spelling(address: str):
    assert is_open(ipaddress.ip_address(address), [ipaddress.ip_network("10.0.0.0/8")])


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "2002:0a00:0001::1"])
def test_a_network_that_the_fence_opens_opens_no_other(address: str):
    assert not is_open(ipaddress.ip_address(address), [ipaddress.ip_network("192.168.0.0/16")])


@pytest.mark.parametrize("address", sorted(map(str, METADATA_SERVICES)))
def test_nothing_opens_the_services_that_hand_out_credentials(address: str):
    everything = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
    assert not is_open(ipaddress.ip_address(address), everything)
