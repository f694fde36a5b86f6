from __future__ import annotations

import pytest

from iiifserver.forwarding import Told, address_of, said_by, told_by_forwarded, told_by_x_forwarded


def test_each_proxy_is_one_item():
    told = told_by_forwarded('for=192.0.2.43;proto=https;host="images.example.org:8443", For="[2001:db8::1]:4711"')
    assert told == Told(
        clients=["192.0.2.43", "[2001:db8::1]:4711"], schemes=["https", ""], hosts=["images.example.org:8443", ""]
    )


def test_a_comma_in_quotes_does_not_end_an_item():
    assert told_by_forwarded('host="a, b"').hosts == ["a, b"]


def test_a_quoted_character_stands_for_itself():
    assert told_by_forwarded(r'host="a\"b"').hosts == ['a"b']


@pytest.mark.parametrize(
    "text",
    ["", "for", "for=", 'for="192.0.2.1', "for=192.0.2.1 proto=https", "for=a;for=b", "for=a,", "=a", "for=[::1]"],
)
def test_a_header_that_breaks_the_rules_says_nothing(text):
    assert told_by_forwarded(text) == Told(clients=[], schemes=[], hosts=[])


def test_x_forwarded_headers_are_lists_without_their_blanks():
    told = told_by_x_forwarded({"HTTP_X_FORWARDED_FOR": " 192.0.2.1 ,, 10.0.0.1", "HTTP_X_FORWARDED_PORT": "443"})
    assert told == Told(clients=["192.0.2.1", "10.0.0.1"], schemes=[], hosts=[], ports=["443"])


@pytest.mark.parametrize(("hops", "said"), [(1, "near"), (2, "far"), (5, "far")])
def test_the_outermost_trusted_proxy_is_heard(hops, said):
    assert said_by(["far", "near"], hops) == said


def test_where_nothing_is_written_nothing_is_said():
    assert said_by([], 1) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.43", "192.0.2.43"),
        ("192.0.2.43:4711", "192.0.2.43"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_addresses_are_read_with_and_without_their_port(text, address):
    assert str(address_of(text)) == address


@pytest.mark.parametrize("text", ["", "unknown", "_hidden", "_SEVKISEK", "192.0.2", "[", "]:80", "a:b"])
def test_a_name_is_no_address(text):
    assert address_of(text) is None
