"""What real viewers ask for, replayed without a browser; `tests/browser/record.py` has written it down."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from tests.browser.clients.images import PYRAMID, draw_pictures
from tests.browser.record import RECORDED

VIEWERS = ["clover", "leaflet", "mirador", "openseadragon", "universalviewer"]
BESIDE_THE_IMAGE = "/-"
"""Stands in what Leaflet-IIIF asks for where there is no picture: a size below 0."""


@pytest.fixture
def pictures(service, drawn_samples):
    """The service with the pictures that the viewers opened."""
    os.link(drawn_samples / PYRAMID.identifier, service.folder / PYRAMID.identifier)
    draw_pictures(service.folder)
    return service


def recorded(viewer):
    """Every request, and its answer: `512x375` of a picture, else the status."""
    lines = (RECORDED / f"{viewer}.txt").read_text(encoding="utf-8").splitlines()
    return {path: answer for answer, path in (line.split() for line in lines)}


def answer_to(service, path):
    response = service.get(path)
    if response.status_code != 200:
        return str(response.status_code)
    width, height = Image.open(io.BytesIO(response.content)).size
    return f"{width}x{height}"


@pytest.mark.parametrize("viewer", VIEWERS)
def test_each_request_is_answered_as_recorded(pictures, viewer):
    requests = recorded(viewer)
    assert {version for version in (2, 3) for path in requests if path.startswith(f"/iiif/{version}/")} == {2, 3}
    assert {path: answer_to(pictures, path) for path in requests} == requests


@pytest.mark.parametrize("viewer", VIEWERS)
def test_an_answer_has_the_size_that_was_asked_for(viewer):
    for path, answer in recorded(viewer).items():
        size = path.split("/")[-3]
        if answer != "400" and size not in {"max", "full"}:
            width, height = answer.split("x")
            asked_width, asked_height = size.split(",")
            assert asked_width in {width, ""}
            assert asked_height in {height, ""}


@pytest.mark.parametrize(
    ("viewer", "refused"), [("clover", 1), ("leaflet", 4), ("mirador", 2), ("openseadragon", 0), ("universalviewer", 1)]
)
def test_what_is_refused_is_answered_where_an_endpoint_is_lenient(pictures, endpoints, viewer, refused):
    """All but what has no picture at all."""
    paths = [path for path, answer in recorded(viewer).items() if answer == "400"]
    assert len(paths) == refused
    endpoints(version_2_lenient=True, version_3_lenient=True)
    for path in paths:
        assert pictures.get(path).status_code == (400 if BESIDE_THE_IMAGE in path else 200)
