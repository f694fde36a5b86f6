from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iiifserver.iiif.features import Capabilities
from iiifserver.iiif.geometry import plan
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Extent, Limits, SizeRules, SourceFacts
from images.pages.sample_requests import Offer, sample_groups

VERSIONS = list(ApiVersion)

edges = st.integers(1, 20_000)
limits = st.one_of(
    st.just(Limits(max_area=50_000_000)),
    st.builds(Limits, max_area=st.integers(1, 100_000)),
    st.builds(Limits, max_width=st.integers(1, 500)),
)


CHART = Extent(9000, 6000)
NO_LIMITS = SizeRules()


def offer(version=ApiVersion.V3, extent=CHART, rules=NO_LIMITS):
    facts = SourceFacts(extent=extent, format_name="TIFF", has_color=True, has_alpha=False)
    return Offer(version=version, facts=facts, rules=rules, capabilities=Capabilities())


def all_requests(the_offer):
    return [request for group in sample_groups(the_offer) for request in group.requests]


@given(st.sampled_from(VERSIONS), st.builds(Extent, edges, edges), limits, st.booleans(), st.booleans())
def test_every_picture_shown_is_one_that_the_server_gives(version, extent, limits, enlarges, refuses_boxes):
    rules = SizeRules(limits=limits, allows_upscaling=enlarges, refuses_oversized_box=refuses_boxes)
    facts = SourceFacts(extent=extent, format_name="TIFF", has_color=True, has_alpha=False)
    for request in all_requests(offer(version, extent, rules)):
        for parameters in filter(None, {request.parameters, request.picture}):
            size = plan(parse_image_request(version, parse_path(f"a/{parameters}")), facts, rules).size
            assert max(size.width, size.height) >= 1


@pytest.mark.parametrize("version", VERSIONS)
def test_each_parameter_has_its_group(version):
    titles = [group.title for group in sample_groups(offer(version))]
    assert titles == ["Region", "Size", "Rotation", "Quality", "Format"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_sample_is_understood_and_fits(version):
    facts = SourceFacts(extent=Extent(9000, 6000), format_name="TIFF", has_color=True, has_alpha=False)
    for request in all_requests(offer(version)):
        plan(parse_image_request(version, parse_path(f"a/{request.parameters}")), facts, SizeRules())


def test_no_sample_is_listed_twice_in_a_group():
    for group in sample_groups(offer()):
        parameters = [request.parameters for request in group.requests]
        assert len(parameters) == len(set(parameters))


def test_enlarging_is_shown_only_where_it_is_understood_and_allowed():
    def has_caret(the_offer):
        return any("^" in request.parameters for request in all_requests(the_offer))

    assert has_caret(offer())
    assert not has_caret(offer(ApiVersion.V2))
    assert not has_caret(offer(rules=SizeRules(allows_upscaling=False)))


def test_pictures_are_small_however_large_the_image_is():
    shown = [request.picture for request in all_requests(offer()) if request.picture]
    assert not any("max" in picture for picture in shown)


def test_a_format_that_browsers_do_not_show_has_no_picture():
    by_format = {request.parameters.rpartition(".")[2]: request.picture for request in all_requests(offer())}
    assert by_format["tif"] == ""
    assert by_format["webp"]


def test_version_1_is_spoken_to_in_its_own_words():
    said = {request.parameters for request in all_requests(offer(ApiVersion.V1, Extent(900, 600)))}
    assert "full/full/0/native.jpg" in said
    assert any(parameters.endswith("grey.jpg") for parameters in said)
    assert not any(word in parameters for parameters in said for word in ("max", "square", "!0/", "default", "gray"))
