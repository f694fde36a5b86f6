"""What browsers and proxies may keep, image by image: by its source, and by who may see it."""

from __future__ import annotations

import pytest

from iiifserver.delegates import Delegate
from images.models import EndpointSettings
from images.runtime import keeper
from overlays.models import Overlay
from sources.client_caching import CLIENT_FIELDS
from sources.models import Source
from tests.images.conftest import changing

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"
MANIFEST = "/iiif/presentation/3/card.png/manifest"
COLLECTION = "/iiif/presentation/3/collection"
PATHS = [IMAGE, INFO, MANIFEST]


@pytest.fixture
def source(service):
    """Changes the source, as staff would."""

    def change(**values):
        row = Source.objects.get(name="FilesystemSource")
        for name, value in values.items():
            setattr(row, f"client_{name}", value)
        row.full_clean()
        row.save()
        keeper.forget()

    return change


def kept(service, path):
    return service.get(path).get("Cache-Control")


OWN = [
    ({"visibility": "private"}, "private, max-age=86400"),
    ({"max_age_seconds": 60}, "public, max-age=60"),
    ({"max_age_seconds": 0}, "public, no-cache"),
    ({"shared_max_age_seconds": 5}, "public, max-age=86400, s-maxage=5"),
    ({"stale_while_revalidate_seconds": 5}, "public, max-age=86400, stale-while-revalidate=5"),
    ({"must_revalidate": True}, "public, max-age=86400, must-revalidate"),
    ({"proxy_revalidate": True}, "public, max-age=86400, proxy-revalidate"),
    ({"no_transform": True}, "public, max-age=86400, no-transform"),
    ({"no_cache": True}, "public, no-cache"),
    ({"no_store": True}, "no-store"),
]


@pytest.mark.parametrize(("values", "header"), OWN)
def test_a_source_may_have_each_directive_of_its_own(service, source, values, header):
    source(**values)
    assert kept(service, IMAGE) == header


def test_every_field_of_a_source_is_one_of_them():
    tried = {f"client_{name}" for values, _ in OWN for name in values}
    assert {*CLIENT_FIELDS} - tried == {"client_information_max_age_seconds"}


def test_what_a_source_does_not_say_is_as_for_all(service, source, http):
    http(images_max_age_seconds=7, images_no_transform=True)
    source(visibility="private")
    assert kept(service, IMAGE) == "private, max-age=7, no-transform"
    source(visibility="", no_transform=False)
    assert kept(service, IMAGE) == "public, max-age=7"


def test_other_sources_keep_what_is_set_for_all(service, source, tmp_path):
    other = tmp_path / "home" / "images" / "other"
    service.draw("other/map.png")
    options = {"path_prefix": f"{other}/"}
    Source.objects.create(name="Other", kind="filesystem", position=1, options=options, client_max_age_seconds=5)
    keeper.forget()
    assert kept(service, "/iiif/3/map.png/full/100,/0/default.jpg") == "public, max-age=5"
    assert kept(service, IMAGE) == "public, max-age=86400"


def test_a_source_of_its_own_is_heard_where_nothing_is_said_for_all(service, source, http):
    http(images_are_cached=False)
    source(visibility="private")
    assert kept(service, IMAGE) == "private, max-age=86400"


@pytest.mark.parametrize("path", [INFO, MANIFEST])
def test_what_is_said_of_private_images_is_private(service, source, path):
    source(visibility="private", information_max_age_seconds=30)
    assert kept(service, path) == "private, max-age=30"


def test_a_list_that_may_name_private_images_is_private(service, source):
    changing(EndpointSettings)(collections_enabled=True)
    assert kept(service, COLLECTION) == "public, no-cache"
    source(visibility="private")
    assert kept(service, COLLECTION) == "private, no-cache"


@pytest.mark.parametrize("path", PATHS)
def test_not_modified_says_the_same(service, source, path):
    source(visibility="private")
    first = service.get(path)
    again = service.get(path, if_none_match=first["ETag"])
    assert (again.status_code, again["Cache-Control"]) == (304, first["Cache-Control"])


# --- Who asks -----------------------------------------------------------------------------------------------------


def assert_is_for_one_visitor(response):
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.parametrize("path", [*PATHS, "/iiif/3/card.png"])
@pytest.mark.parametrize("is_known", [False, True])
def test_an_answer_of_a_delegate_that_looks_at_visitors_is_private(under, path, is_known):
    service = under(type("Site", (Delegate,), {"authorize": lambda self: True}))
    response = service.get(path)
    if is_known and "ETag" in response:
        response = service.get(path, if_none_match=response["ETag"])
        assert response.status_code == 304
    assert_is_for_one_visitor(response)


@pytest.mark.parametrize("path", PATHS)
def test_an_error_is_kept_by_nobody_whatever_the_source_says(service, source, path):
    source(visibility="public", max_age_seconds=1000)
    assert kept(service, path.replace("card", "none")) == "no-store"


# --- What the site says -------------------------------------------------------------------------------------------


def site_that_says(cache_control, method="pre_authorize"):
    return type("Site", (Delegate,), {method: lambda self: {"status_code": 200, "cache_control": cache_control}})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("header", ["public, max-age=600", "private, max-age=60", "no-store"])
def test_the_delegate_may_say_what_is_kept(under, path, header):
    service = under(site_that_says(header))
    assert kept(service, path) == header


def test_what_is_said_of_just_this_answer_goes_before(under):
    both = type("Site", (site_that_says("public, max-age=600"), site_that_says("no-store", "authorize")), {})
    service = under(both)
    assert kept(service, IMAGE) == "no-store"
    assert kept(service, INFO) == "public, max-age=600"


def test_what_hides_by_visitor_stays_private_whatever_the_delegate_says(under, service):
    under(site_that_says("public, max-age=600"))
    Overlay.objects.create(
        name="Hidden",
        kind="redaction",
        audience="others",
        groups=["Curators"],
        options={"shapes": "0,0,50,50"},
    )
    keeper.forget()
    assert_is_for_one_visitor(service.get(IMAGE))


def test_not_modified_is_for_one_visitor_where_something_hides_by_visitor(service):
    Overlay.objects.create(
        name="Hidden", kind="redaction", audience="others", groups=["Curators"], options={"shapes": "0,0,50,50"}
    )
    keeper.forget()
    again = service.get(IMAGE, if_none_match=service.get(IMAGE)["ETag"])
    assert again.status_code == 304
    assert_is_for_one_visitor(again)
    assert_is_for_one_visitor(service.get(MANIFEST))
