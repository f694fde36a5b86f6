"""What browsers and proxies are told: Cantaloupe's ten settings, and one more."""

from __future__ import annotations

import pytest

from images.cache_control import CacheControl
from images.models import HttpSettings

HEADERS = [
    ({}, "public, max-age=86400"),
    ({"visibility": "private", "max_age_seconds": 60}, "private, max-age=60"),
    ({"max_age_seconds": 60, "shared_max_age_seconds": 3600}, "public, max-age=60, s-maxage=3600"),
    ({"max_age_seconds": 0, "shared_max_age_seconds": 3600}, "public, max-age=0, s-maxage=3600"),
    ({"max_age_seconds": 0}, "public, no-cache"),
    ({"stale_while_revalidate_seconds": 30}, "public, max-age=86400, stale-while-revalidate=30"),
    ({"must_revalidate": True}, "public, max-age=86400, must-revalidate"),
    ({"proxy_revalidate": True}, "public, max-age=86400, proxy-revalidate"),
    ({"no_transform": True}, "public, max-age=86400, no-transform"),
    ({"no_cache": True}, "public, no-cache"),
    ({"no_store": True, "shared_max_age_seconds": 60}, "no-store"),
]


@pytest.mark.parametrize(("directives", "header"), HEADERS)
def test_the_header_says_what_was_set(directives, header):
    assert CacheControl(**directives).header == header


@pytest.mark.parametrize(("directives", "header"), HEADERS)
def test_each_directive_is_a_setting_of_images(directives, header):
    row = HttpSettings(**{f"images_{name}": value for name, value in directives.items()})
    assert row.frozen().image_cache_control == header


IMAGE = "/iiif/3/card.png/full/max/0/default.jpg"


def test_switched_off_no_header_is_sent_with_images(service, http):
    http(images_are_cached=False)
    response = service.get(IMAGE)
    assert (response.status_code, "Cache-Control" in response) == (200, False)


def test_switched_off_errors_are_still_kept_by_nobody(service, http):
    http(images_are_cached=False)
    assert service.get("/iiif/3/none/full/max/0/default.jpg")["Cache-Control"] == "no-store"
