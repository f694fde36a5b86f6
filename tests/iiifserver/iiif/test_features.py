from __future__ import annotations

import pytest

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.features import (
    FEATURES,
    LEVEL_1,
    LEVEL_2,
    Capabilities,
    profile_uri,
    refuse_what_is_not_offered,
)
from iiifserver.iiif.formats import Format
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Quality

PLAIN = Capabilities(formats=(Format.JPG, Format.PNG), qualities=(Quality.DEFAULT, Quality.COLOR, Quality.GRAY))


@pytest.mark.parametrize("version", ApiVersion)
def test_everything_that_level_2_promises_works(version):
    """I3-200."""
    assert LEVEL_1[version].features < LEVEL_2[version].features <= FEATURES[version]


def test_the_profile_has_an_address():
    """I3-203, I2-031."""
    assert profile_uri(ApiVersion.V3, LEVEL_2[ApiVersion.V3]) == "http://iiif.io/api/image/3/level2.json"
    assert profile_uri(ApiVersion.V2, LEVEL_1[ApiVersion.V2]) == "http://iiif.io/api/image/2/level1.json"


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("default.avif", id="I3-113"),
        pytest.param("bitonal.jpg", id="I3-105"),
    ],
)
def test_what_is_not_offered_is_refused(last):
    request = parse_image_request(ApiVersion.V3, parse_path(f"scan/full/max/0/{last}"))
    with pytest.raises(BadRequest, match="write one of"):
        refuse_what_is_not_offered(request, PLAIN)


def test_what_is_offered_is_not_refused():
    request = parse_image_request(ApiVersion.V3, parse_path("scan/full/max/0/gray.png"))
    refuse_what_is_not_offered(request, PLAIN)
