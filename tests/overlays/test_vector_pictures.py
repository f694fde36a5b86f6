"""SVGs are drawn, and refused in a sentence where they hold a script or look outside."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from overlays import vector_pictures
from overlays.fetching import fetched
from overlays.pictures import PictureError
from overlays.uploads import load, store
from overlays.vector_pictures import HAS_SCRIPT, LOOKS_OUTSIDE, VectorError, drawn, is_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">'
RED = f'{HEAD}<rect width="40" height="20" fill="red"/></svg>'.encode()


def svg(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def test_it_is_known_by_its_beginning():
    assert is_svg(RED)
    assert is_svg(b'<?xml version="1.0"?>\n<!-- by hand -->\n' + RED)
    assert not is_svg(b"<html><svg></svg></html>")
    assert not is_svg(b"\x89PNG")


def test_it_is_drawn_in_its_proportions():
    image = Image.open(io.BytesIO(drawn(RED)))
    assert image.size == (1200, 600)
    assert image.convert("RGB").getpixel((600, 300)) == (255, 0, 0)


def test_what_is_stored_is_the_drawing(storage):
    name = store(RED)
    assert name.endswith(".png")
    assert load(name).getpixel((5, 5)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("<script>alert(1)</script>", HAS_SCRIPT),
        ('<rect onload="alert(1)"/>', HAS_SCRIPT),
        ('<a href="javascript:alert(1)"/>', HAS_SCRIPT),
        ("<foreignObject/>", HAS_SCRIPT),
        ('<image href="https://example.org/a.png"/>', LOOKS_OUTSIDE),
        ('<image xlink:href="file:///etc/passwd"/>', LOOKS_OUTSIDE),
        ('<use href="other.svg#a"/>', LOOKS_OUTSIDE),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', LOOKS_OUTSIDE),
        ('<rect style="fill: url(https://example.org/a)"/>', LOOKS_OUTSIDE),
        ("<style>@import 'https://example.org/a.css';</style>", LOOKS_OUTSIDE),
        ("<style>rect { fill: url('https://example.org/a.css') }</style>", LOOKS_OUTSIDE),
    ],
)
def test_scripts_and_addresses_are_refused(inside, sentence):
    with pytest.raises(VectorError, match=sentence.split(":")[0]):
        drawn(svg(inside))


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + RED,
        b'<?xml version="1.0"?><!DOCTYPE svg SYSTEM "file:///etc/passwd">' + RED,
    ],
)
def test_entities_are_refused(content):
    with pytest.raises(VectorError):
        drawn(content)


@pytest.mark.parametrize("content", [b"<svg", b"<svg></svg>", svg("")[:-8], b'<svg width="0" height="0"/>'])
def test_a_damaged_one_is_told(content):
    with pytest.raises(VectorError, match="damaged"):
        drawn(content)


def test_shapes_within_may_be_named():
    inside = '<defs><rect id="a" width="9" height="9"/></defs><use href="#a"/><rect fill="url(#a)"/>'
    assert drawn(svg(inside)).startswith(b"\x89PNG")


def test_one_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(vector_pictures, "PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(vector_pictures, "SECONDS", 0.05)
    with pytest.raises(VectorError, match="too long"):
        drawn(RED)


@pytest.mark.parametrize("address", ["http://127.0.0.1/logo.png", "http://[::1]/logo.png", "file:///etc/passwd"])
def test_nothing_is_fetched_from_outside_the_fence(address):
    with pytest.raises(PictureError):
        fetched(address)
