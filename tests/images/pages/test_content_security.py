from __future__ import annotations

import base64
import hashlib
import re

import pytest
from django.conf import settings

from images.content_security import EMPTY_STYLE, SOURCES, STYLE_OF_FAILURE_PAGES, policy
from images.responses import PUBLIC_HEADERS
from tests.live import ROOT

HEADER = "Content-Security-Policy"


def hash_of(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def templates():
    folders = [ROOT / "templates", *ROOT.glob("[a-z]*/templates")]
    return [file for folder in folders for file in folder.rglob("*.html")]


PAGES = ["/", "/iiif/3", "/iiif/3?identifier=card.png", "/viewer", "/admin/login/", "/nowhere"]
SERVICE = ["card.png/info.json", "card.png/full/max/0/default.jpg", "nothing.png/info.json"]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_the_policy_and_is_not_sniffed(service, address):
    response = service.get(address)
    assert response[HEADER] == policy()
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_request_that_django_refuses_has_the_policy(service):
    response = service.get("/", host="evil.example")
    assert response.status_code == 400
    assert response[HEADER] == policy()


@pytest.mark.parametrize("path", SERVICE)
def test_answers_of_the_service_keep_their_own(service, path):
    response = service.get(f"/iiif/3/{path}")
    for name, value in PUBLIC_HEADERS.items():
        assert response[name] == value


def test_nothing_written_into_a_page_may_run():
    assert "unsafe" not in policy()
    assert SOURCES["script-src"] == ("'self'",)
    assert SOURCES["default-src"] == SOURCES["object-src"] == SOURCES["base-uri"] == ("'none'",)
    assert SOURCES["frame-ancestors"] == ("'none'",)


def test_the_style_of_failure_pages_is_the_one_that_is_allowed():
    page = (ROOT / "templates" / "failure.html").read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert hash_of(style[1]) == STYLE_OF_FAILURE_PAGES


def test_an_empty_style_is_the_one_that_viewers_may_fill():
    assert hash_of("") == EMPTY_STYLE


def test_no_template_has_anything_that_the_policy_forbids():
    for file in templates():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:", text), file
        assert "<style" not in text or file.name == "failure.html", file


@pytest.mark.parametrize(("viewer", "fills"), [("openseadragon", False), ("leaflet", False), ("mirador", True)])
def test_only_a_viewer_that_needs_it_may_fill_styles(service, installed_viewers, viewer, fills):
    address = "http://testserver/iiif/3/card.png/info.json"
    value = service.get(f"/viewer?iiif={address}&viewer={viewer}")[HEADER]
    assert (EMPTY_STYLE in value) is fills
    assert "unsafe" not in value


def test_the_viewer_may_load_from_the_public_address(service, installed_viewers, fence):
    fence(PUBLIC_URL="https://images.example.org/museum")
    address = "https://images.example.org/museum/iiif/3/card.png/info.json"
    value = service.get(f"/viewer?iiif={address}")[HEADER]
    assert "connect-src 'self' https://images.example.org http://testserver" in value


def test_the_middleware_stands_before_all_that_may_refuse():
    ours = settings.MIDDLEWARE.index("images.content_security.ContentSecurity")
    assert ours < settings.MIDDLEWARE.index("django.middleware.security.SecurityMiddleware")
