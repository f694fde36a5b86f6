"""At the address of a version, and at none at all, other sites are answered as the service answers."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def strict_client(service):
    """A client of a site that checks where forms come from, as a real one does."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("address", ["/iiif/3", "/iiif/3/", "/iiif/2"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_can_only_be_read(strict_client, address, method):
    response = strict_client.generic(method, address)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"].startswith("text/plain")


def test_a_browser_may_ask_before(strict_client):
    response = strict_client.options("/iiif/3")
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "address", ["/iiif/3", "/iiif/4/card.png/info.json", "//other.example/iiif/3/card.png/info.json"]
)
def test_other_sites_may_read_what_is_there_and_that_nothing_is(strict_client, address):
    response = strict_client.get(address)
    assert response.status_code in (200, 404)
    assert response["Access-Control-Allow-Origin"] == "*"
