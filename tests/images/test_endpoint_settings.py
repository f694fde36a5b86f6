"""The settings of the endpoints: what staff may type, and what becomes of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError

from images.models import EndpointSettings


def rules(**values):
    return EndpointSettings(**values).frozen().rules


@pytest.mark.parametrize(
    ("value", "allows_upscaling", "max_scale"),
    [(None, True, None), (0, True, None), (1, False, None), (1.5, True, Fraction(3, 2)), (1.1, True, Fraction(11, 10))],
)
def test_the_max_scale(value, allows_upscaling, max_scale):
    """Parity 3.4: none and 0 are no limit, 1 enlarges nothing."""
    frozen = rules(max_scale=value)
    assert (frozen.allows_upscaling, frozen.max_scale) == (allows_upscaling, max_scale)


def test_where_nothing_is_enlarged_there_is_no_scale():
    assert rules(max_scale=3, allows_upscaling=False).max_scale is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("max_scale", value) for value in (-1, 0.5, 1001)],
        *[("meta_delimiter", value) for value in ("1", ":", "/", "%", "?", "#", " ", "a", "é", ";;;;;;")],
        *[
            ("rights", value)
            for value in (
                "https://example.org/licence",
                "http://creativecommons.org/",
                "http://creativecommons.org.evil.example/licenses/by/4.0/",
                "javascript:alert(1)",
                "http://rightsstatements.org/vocab/InC/1.0/?x",
            )
        ],
    ],
)
def test_what_cannot_be_is_refused(field, value):
    with pytest.raises(ValidationError):
        EndpointSettings(**{field: value}).clean_fields()


RIGHTS = [
    "http://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by-nc-sa/3.0/de/",
    "http://creativecommons.org/publicdomain/mark/1.0/",
    "http://rightsstatements.org/vocab/InC-EDU/1.0/",
]


@pytest.mark.parametrize("address", RIGHTS)
def test_rights_stand_in_every_information(service, endpoints, address):
    """I3-191, I2-024."""
    endpoints(rights=address)
    assert service.info("card.png")["rights"] == address
    assert service.info("card.png", 2)["license"] == address


def test_an_attribution_stands_in_version_2_alone(service, endpoints):
    """I2-024, I3-166."""
    endpoints(attribution="The City Library")
    assert service.info("card.png", 2)["attribution"] == "The City Library"
    assert "attribution" not in service.info("card.png")


def test_nothing_is_said_at_first(service):
    """I3-168."""
    assert "rights" not in service.info("card.png")
    assert not {"license", "attribution"} & service.info("card.png", 2).keys()


@pytest.mark.parametrize("version", [2, 3])
def test_only_listed_sizes(service, endpoints, version):
    """Parity 3.4, with IIIF's status."""
    endpoints(restricts_to_sizes=True, tile_size=64)
    for size in service.info("card.png", version)["sizes"]:
        assert (
            service.get(f"/iiif/{version}/card.png/full/{size['width']},{size['height']}/90/gray.png").status_code
            == 200
        )
    assert service.get(f"/iiif/{version}/card.png/full/101,/0/default.jpg").status_code == 400
    assert "level0" in service.get(f"/iiif/{version}/card.png/full/max/0/default.jpg")["Link"]


def test_a_size_too_many_times_the_region(service, endpoints):
    """Parity 3.4, with IIIF's status."""
    endpoints(max_scale=2)
    assert service.get("/iiif/3/card.png/0,0,10,10/^20,/0/default.jpg").status_code == 200
    assert service.get("/iiif/3/card.png/0,0,10,10/^21,/0/default.jpg").status_code == 400


def test_what_is_told_where_sizes_are_restricted_works(service, endpoints):
    """I3-201."""
    endpoints(restricts_to_sizes=True, min_size=100, tile_size=64)
    info = service.info("card.png")
    assert info["tiles"][0]["scaleFactors"] == [1, 2]
    for rest in (
        "full/max/!0/default.jpg",
        "full/max/12.5/default.jpg",
        "full/max/90/default.jpg",
        "full/150,100/0/default.jpg",
    ):
        assert service.get(f"/iiif/3/card.png/{rest}").status_code == 200
