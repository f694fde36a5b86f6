from __future__ import annotations

import pytest

from iiifserver.iiif.errors import BadRequest, Forbidden
from images.pages.info_address import MAX_LENGTH, check_shown_address

OWN = ("https://images.example.org", "http://127.0.0.1:8182")


def check(address, hosts=()):
    check_shown_address(address, OWN, hosts)


@pytest.mark.parametrize(
    "address",
    [
        "https://images.example.org/iiif/3/a.tif/info.json",
        "https://images.example.org:443/iiif/3/a.tif/info.json",
        "HTTPS://Images.EXAMPLE.org/iiif/3/a.tif/info.json",
        "http://127.0.0.1:8182/iiif/2/scans%2F0042.tif;2/info.json",
        "https://images.example.org/iiif/presentation/3/a.pdf/manifest",
    ],
)
def test_an_image_of_this_server_is_shown(address):
    check(address)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "javascript:alert(1)//info.json",
        "javascript://images.example.org/%0aalert(1)/info.json",
        "data:application/json,{}/info.json",
        "blob:https://images.example.org/info.json",
        "file:///etc/info.json",
        "ftp://images.example.org/info.json",
        "//images.example.org/iiif/3/a/info.json",
        "/iiif/3/a/info.json",
        "https:images.example.org/info.json",
        "https:/images.example.org/info.json",
        "https:///images.example.org/info.json",
        "https://images.example.org@evil.example/info.json",
        "https://images.example.org:443@evil.example/info.json",
        "https://evil.example\\@images.example.org/info.json",
        "https://images.example.org\\.evil.example/info.json",
        "https://images.example.org\t.evil.example/info.json",
        "https://images.example.org\n/info.json",
        "https://images.example.org/a/info.json#",
        "https://images.example.org/a?info.json",
        "https://images.example.org/a?b=/manifest",
        "javascript:alert(1)//manifest",
        "https://images.example.org/a?b=/info.json",
        "https://images.example.org/a",
        "https://images.example.org:port/info.json",
        "https://images.example.org:99999/info.json",
        "https://[::1/info.json",
        "https://bücher.example/info.json",
        'https://images.example.org/"><script>/info.json',
        "https://images.example.org/" + "a" * MAX_LENGTH + "/info.json",
    ],
)
def test_what_is_no_address_of_an_image_is_refused(address):
    with pytest.raises(BadRequest):
        check(address, ["images.example.org", "evil.example"])


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/info.json",
        "https://images.example.org.evil.example/info.json",
        "https://evil-images.example.org/info.json",
        "https://images.example.org./info.json",
        "https://images.example.org:8443/info.json",
        "http://images.example.org/info.json",
        "http://127.0.0.1/info.json",
        "http://127.1:8182/info.json",
        "http://2130706433:8182/info.json",
        "http://[::1]:8182/info.json",
        "http://[::ffff:127.0.0.1]:8182/info.json",
        "https://%69mages.example.org/info.json",
    ],
)
def test_an_image_of_another_server_is_refused(address):
    with pytest.raises(Forbidden):
        check(address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("other.example", "https://other.example/info.json"),
        ("other.example", "http://OTHER.example/info.json"),
        ("other.example", "http://other.example:80/info.json"),
        ("other.example:8443", "https://other.example:8443/info.json"),
    ],
)
def test_an_allowed_server_is_shown(host, address):
    check(address, [host])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("other.example", "https://other.example:8443/info.json"),
        ("other.example", "https://other.example:80/info.json"),
        ("other.example", "https://sub.other.example/info.json"),
        ("other.example:8443", "https://other.example/info.json"),
        ("other.example", "https://other.example.evil.example/info.json"),
    ],
)
def test_an_allowed_host_means_that_host_and_port_alone(host, address):
    with pytest.raises(Forbidden):
        check(address, [host])


def test_a_server_asked_by_its_ipv6_address_shows_its_own_images():
    check_shown_address("http://[::1]:8182/iiif/3/a/info.json", ["http://[::1]:8182"], [])
    with pytest.raises(Forbidden):
        check_shown_address("http://[::2]:8182/iiif/3/a/info.json", ["http://[::1]:8182"], [])
