"""Endpoints that answer what viewers ask wrongly: a choice of staff, for each version by itself."""

from __future__ import annotations

import pytest

from tests.images.conftest import picture

THUMBNAIL = "card.png/full/,400/0/default.png"
WHOLE = "card.png/full/max/0/default.png"


def test_nothing_is_lenient_at_first(service):
    assert service.get(f"/iiif/3/{THUMBNAIL}").status_code == 400


def test_a_thumbnail_larger_than_the_picture_is_the_picture(service, endpoints):
    endpoints(version_3_lenient=True)
    assert picture(service.get(f"/iiif/3/{THUMBNAIL}")).size == (300, 200)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_each_version_is_lenient_by_itself(service, endpoints, version):
    endpoints(**{f"version_{version}_lenient": True}, version_1_enabled=True, max_width=100)
    statuses = {
        other: service.get(
            f"/iiif/{other}/card.png/full/200,/0/{'native' if other == 1 else 'default'}.png"
        ).status_code
        for other in (1, 2, 3)
    }
    assert statuses == {other: 200 if other == version else 400 for other in (1, 2, 3)}


def test_link_and_cache_are_those_of_the_right_request(service, endpoints, monkeypatch):
    """I3-145."""
    endpoints(version_3_lenient=True)
    right = service.get(f"/iiif/3/{WHOLE}")
    monkeypatch.delattr("images.pipeline.render")
    wrong = service.get(f"/iiif/3/{THUMBNAIL}")
    assert (wrong["Link"], wrong["ETag"], wrong.content) == (right["Link"], right["ETag"], right.content)


def test_a_region_that_begins_above_the_image_is_cut(service, endpoints):
    endpoints(version_3_lenient=True)
    cut = service.image("-50,-50,150,100/max/0/default.png")
    assert cut.size == (100, 50)
    assert cut.tobytes() == service.image("0,0,100,50/max/0/default.png").tobytes()


def test_info_json_says_the_same_as_ever(service, endpoints):
    usual = service.info("card.png")
    endpoints(version_3_lenient=True)
    assert service.info("card.png") == usual
