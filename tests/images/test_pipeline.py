"""The pipeline called with plain values: no database, no HTTP."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from iiifserver.iiif.errors import EndpointDisabled, SourceMissing
from iiifserver.iiif.found import Found
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Identifier, InfoRequest
from iiifserver.iiif.visitor import Visitor
from images import pipeline
from images.endpoints import Endpoints
from images.runtime import Runtime
from processors.backends.pillow import PillowOptions, PillowProcessor
from processors.encoders import EncoderSettings
from processors.output import Output
from processors.runtime import Processors
from sources.base import SourceBackend
from sources.runtime import ActiveSource, Sources
from tests.images.conftest import draw_card, png_of


class OneImage(SourceBackend):
    """Has the card under one name, and counts how often it is opened."""

    label = "One image"

    def __init__(self, version="1"):
        self.version = version
        self.opened = 0
        self.content = png_of(draw_card())

    def find(self, place):
        return Found(open=self.open, version=self.version) if place.name == "card" else None

    def open(self):
        self.opened += 1
        return io.BytesIO(self.content)


def runtime(source=None, **values):
    return Runtime(
        sources=Sources((ActiveSource("one", source or OneImage()),)),
        processors=Processors((PillowProcessor(PillowOptions()),)),
        **values,
    )


def prepared(parameters, version=ApiVersion.V3, at=None):
    request = parse_image_request(version, parse_path(f"card/{parameters}"))
    return pipeline.prepare(request, Visitor(), at or runtime())


def test_an_image_comes_out():
    at = runtime()
    content = pipeline.serve(prepared("full/30,/0/default.png", at=at), at)
    assert Image.open(io.BytesIO(content)).size == (30, 20)


def test_facts_come_out():
    source = pipeline.describe(InfoRequest(ApiVersion.V3, Identifier("card")), runtime())
    assert (source.facts.extent.width, source.facts.extent.height) == (300, 200)


def test_what_no_source_has_is_missing():
    with pytest.raises(SourceMissing):
        pipeline.describe(InfoRequest(ApiVersion.V3, Identifier("other")), runtime())


def test_a_version_that_is_off_is_refused_before_a_source_is_asked():
    source = OneImage()
    with pytest.raises(EndpointDisabled):
        prepared("full/max/0/default.jpg", at=runtime(source, endpoints=Endpoints(versions=frozenset())))
    assert source.opened == 0


SAME = [
    ("full/max/0/default.jpg", "0,0,300,200/300,200/360/color.jpg"),
    ("full/150,/0/default.jpg", "full/pct:50/0/default.jpg"),
    ("full/!150,150/0/default.jpg", "pct:0,0,100,100/^150,100/0.0/default.jpg"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_pictures_have_equal_keys(one, other):
    assert prepared(one).key == prepared(other).key


def test_the_version_of_the_standard_is_not_in_the_key():
    one = prepared("full/max/0/default.jpg")
    assert one.key == prepared("full/full/0/default.jpg", ApiVersion.V2).key


DIFFERENT = ["10,10,30,30/max/0/default.jpg", "full/31,/0/default.jpg", "full/max/1/default.jpg"]
DIFFERENT += ["full/max/!0/default.jpg", "full/max/0/gray.jpg", "full/max/0/default.png"]


@pytest.mark.parametrize("parameters", DIFFERENT)
def test_other_pictures_have_other_keys(parameters):
    assert prepared("full/max/0/default.jpg").key.picture != prepared(parameters).key.picture


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: runtime(OneImage(version="2")), id="another-version-of-the-file"),
        pytest.param(
            lambda: runtime(output=Output(encoder=EncoderSettings(jpeg_quality=10))), id="other-output-settings"
        ),
        pytest.param(lambda: runtime(output=Output(keeps_profile=True)), id="kept-profile"),
        pytest.param(lambda: runtime(output=Output(linear_light=True)), id="linear-light"),
    ],
)
def test_what_changes_the_bytes_changes_the_key(other):
    parameters = "full/max/0/default.jpg"
    assert prepared(parameters).key.picture != prepared(parameters, at=other()).key.picture


def test_preparing_decodes_nothing(monkeypatch):
    monkeypatch.setattr(PillowProcessor, "read", None)
    assert prepared("full/max/0/default.jpg").canonical == "full/max/0/default.jpg"


@pytest.mark.parametrize("module", ["images.pipeline", "images.looking_up", "images.policy"])
def test_the_module_needs_no_django(module):
    """DESIGN.md: they are called with plain values."""
    code = f"import sys, {module}; assert not [name for name in sys.modules if name.split('.')[0] == 'django']"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
