"""A host site may set for its own API what it likes: ours stays the same."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.authentication import BasicAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import AnonRateThrottle
from rest_framework.versioning import AcceptHeaderVersioning
from rest_framework.views import APIView

from images.views import ServiceView

HOSTILE = {
    "authentication_classes": [BasicAuthentication],
    "content_negotiation_class": None,
    "metadata_class": None,
    "parser_classes": [JSONParser],
    "permission_classes": [IsAuthenticated],
    "renderer_classes": [JSONRenderer],
    "throttle_classes": [AnonRateThrottle],
    "versioning_class": AcceptHeaderVersioning,
}
"""What DRF's class for views becomes where a host site sets its defaults so."""

REQUESTS = [
    ("GET", "/iiif/3/card.png/full/max/0/default.jpg", 200),
    ("GET", "/iiif/3/card.png/info.json?format=api", 200),
    ("GET", "/iiif/2/card.png/info.json", 200),
    ("GET", "/iiif/3/card.png", 303),
    ("GET", "/iiif/3/nothing/info.json", 404),
    ("GET", "/iiif/3/card.png/full/max/0/default.xyz", 400),
    ("OPTIONS", "/iiif/3/card.png/info.json", 204),
    ("POST", "/iiif/3/card.png/info.json", 405),
]


@pytest.fixture
def become_hostile(service, settings, monkeypatch):
    """Sets the host's defaults: DRF puts them into its class when that is made."""

    def become():
        settings.REST_FRAMEWORK = {"EXCEPTION_HANDLER": "nowhere.handler", "URL_FORMAT_OVERRIDE": "format"}
        for name, value in HOSTILE.items():
            monkeypatch.setattr(APIView, name, value)

    return become


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_the_answer_is_the_same(service, become_hostile, method, path, status):
    plain = service.ask(method, path, accept="application/json;version=1.0")
    become_hostile()
    answers = [service.ask(method, path, accept="application/json;version=1.0") for _ in range(3)]
    assert plain.status_code == status
    for answer in answers:
        assert (answer.status_code, answer.content) == (status, plain.content)
        assert dict(answer.headers) == dict(plain.headers)


def test_our_views_pin_every_attribute_that_a_host_can_set():
    """DRF reads its defaults when its classes are made: what is not set on our view, a host could change."""
    set_by_hosts = {name for name in vars(APIView) if name.endswith(("_class", "_classes"))}
    assert set_by_hosts - vars(ServiceView).keys() == set()


def test_a_body_is_not_read(service):
    response = service.client.generic("GET", "/iiif/3/card.png/info.json", data="{", content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/iiif/3/card.png/full/max/0/default.jpg", "/iiif/3/nothing/info.json"])
def test_the_public_headers_do_not_come_from_the_middleware_of_the_host(service, settings, path):
    settings.MIDDLEWARE = []
    service.client = Client()
    response = service.get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Timing-Allow-Origin"] == "*"
