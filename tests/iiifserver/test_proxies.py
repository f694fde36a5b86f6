from __future__ import annotations

from unittest.mock import patch

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from iiifserver.proxies import ARRIVAL, Arrival, SecureCookies, TrustedProxies
from images.http import Http, networks
from images.runtime import Runtime

FORWARDED = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "images.example.org",
    "x-forwarded-for": "203.0.113.9",
}


def seen(headers, sender="127.0.0.1", trusted=("127.0.0.1",), *, reads_forwarded=False):
    """Return the request as the views see it."""
    caught = []
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=sender)
    runtime = Runtime(http=Http(trusted_proxies=networks(trusted), reads_forwarded=reads_forwarded))
    with patch("iiifserver.proxies.current_runtime", return_value=runtime):
        TrustedProxies(lambda request: caught.append(request) or HttpResponse())(request)
    return caught[0]


def test_a_trusted_proxy_is_believed():
    request = seen(FORWARDED)
    assert request.is_secure()
    assert request.META["HTTP_HOST"] == "images.example.org"
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8",)])
def test_a_stranger_is_not_believed_and_leaves_no_trace(trusted):
    request = seen({**FORWARDED, "forwarded": "proto=https"}, trusted=trusted)
    assert not request.is_secure()
    assert request.META.get("HTTP_HOST") != "images.example.org"
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert not [name for name in request.META if "FORWARDED" in name]


def test_the_standard_header_is_believed_where_the_settings_say_so():
    """RFC 7239, 4."""
    told = 'for=198.51.100.1, for="203.0.113.9:4711";proto=https;host=images.example.org'
    request = seen({"forwarded": told}, reads_forwarded=True)
    assert request.is_secure()
    assert (request.META["HTTP_HOST"], request.META["REMOTE_ADDR"]) == ("images.example.org", "203.0.113.9")


@pytest.mark.parametrize("reads_forwarded", [True, False])
def test_a_visitor_gains_nothing_with_the_header_that_his_proxy_does_not_write(reads_forwarded):
    lies = {"x-forwarded-for": "1.1.1.1", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    if not reads_forwarded:
        lies = {"forwarded": "for=1.1.1.1;proto=https;host=evil.example"}
    request = seen(lies, reads_forwarded=reads_forwarded)
    assert not request.is_secure()
    assert (request.META["REMOTE_ADDR"], request.META.get("HTTP_HOST")) == ("127.0.0.1", None)
    assert not [name for name in request.META if "FORWARDED" in name]


def test_a_malformed_standard_header_says_nothing():
    request = seen({"forwarded": "for=1.1.1.1;;proto=https"}, reads_forwarded=True)
    assert (request.is_secure(), request.META["REMOTE_ADDR"]) == (False, "127.0.0.1")


def test_what_was_not_believed_is_noted_for_the_page_that_tests_proxies():
    arrival = seen({"x-forwarded-host": "images.example.org"}, sender="10.0.0.7").META[ARRIVAL]
    assert arrival == Arrival(sender="10.0.0.7", trusted_hops=0, refused=("HTTP_X_FORWARDED_HOST",))


def test_a_visitor_cannot_put_words_before_the_proxy():
    headers = {
        "x-forwarded-for": "198.51.100.1, 203.0.113.9",
        "x-forwarded-host": "evil.example, images.example.org",
        "x-forwarded-proto": "https, http",
    }
    request = seen(headers)
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert request.META["HTTP_HOST"] == "images.example.org"
    assert not request.is_secure()


def test_in_a_chain_the_outermost_trusted_proxy_counts():
    headers = {
        "x-forwarded-for": "198.51.100.1, 203.0.113.9, 10.0.0.2",
        "x-forwarded-host": "evil.example, images.example.org, inner.example",
        "x-forwarded-proto": "https",
    }
    request = seen(headers, sender="10.0.0.1", trusted=("10.0.0.0/8",))
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert request.META["HTTP_HOST"] == "images.example.org"
    assert request.is_secure()


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("images.example.org", "443", "images.example.org"),
        ("images.example.org", "8443", "images.example.org:8443"),
        ("images.example.org:1", "8443", "images.example.org:8443"),
        ("[2001:db8::1]", "8443", "[2001:db8::1]:8443"),
        ("[2001:db8::1]:1", "443", "[2001:db8::1]"),
        ("images.example.org", "", "images.example.org"),
        ("images.example.org", "x", "images.example.org"),
    ],
)
def test_a_forwarded_port_joins_the_host(host, port, expected):
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": host, "x-forwarded-port": port}
    assert seen(headers).META["HTTP_HOST"] == expected


def test_empty_and_broken_values_change_nothing():
    request = seen({"x-forwarded-proto": "", "x-forwarded-host": " ", "x-forwarded-for": "unknown"})
    assert not request.is_secure()
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"


def test_an_ipv4_proxy_is_known_on_a_socket_for_both_families():
    assert seen(FORWARDED, sender="::ffff:127.0.0.1").is_secure()


@pytest.mark.parametrize("is_secure", [True, False])
def test_cookies_handed_out_over_tls_stay_there(is_secure):
    def respond(_):
        response = HttpResponse()
        response.set_cookie("session", "x")
        return response

    response = SecureCookies(respond)(RequestFactory().get("/", secure=is_secure))
    assert bool(response.cookies["session"]["secure"]) is is_secure
