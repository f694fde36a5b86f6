"""The example of a delegate, in a server."""

from __future__ import annotations

import sqlite3

import pytest

from docs.examples import site_delegate
from images.runtime import keeper
from sources.models import Source
from tests.images.conftest import fence, service  # noqa: F401 - fixtures

RIGHTS = "http://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
def museum(service, fence, tmp_path, monkeypatch):  # noqa: F811 - the fixtures above
    catalogue = tmp_path / "catalogue.sqlite3"
    with sqlite3.connect(catalogue) as connection:
        connection.execute("CREATE TABLE images (identifier TEXT, path TEXT, rights TEXT)")
        rows = [("map-7", "maps/seven.png", RIGHTS), ("letter-1", "letter.png", RIGHTS)]
        connection.executemany("INSERT INTO images VALUES (?, ?, ?)", rows)
    connection.close()
    service.draw("maps/seven.png")
    service.draw("letter.png")
    monkeypatch.setattr(site_delegate.MuseumDelegate, "catalogue", str(catalogue))
    Source.objects.filter(name="FilesystemSource").update(lookup="delegate")
    fence(DELEGATE="docs.examples.site_delegate.MuseumDelegate")
    yield service
    keeper.forget()


def test_the_catalogue_says_where_an_image_is_and_what_its_rights_are(museum):
    assert museum.info("letter-1")["rights"] == RIGHTS
    assert museum.get("/iiif/3/letter-2/info.json").status_code == 404


def test_a_stranger_is_led_to_the_smaller_map(museum):
    response = museum.get("/iiif/3/map-7/full/max/0/default.jpg")
    assert response["Location"].endswith("/iiif/3/map-7;1:4/full/max/0/default.jpg")
    assert museum.info("map-7;1:4")["width"] == 75


def test_a_curator_sees_the_whole_map(museum, django_user_model):
    curator = django_user_model.objects.create_user("curator")
    curator.groups.create(name="Curators")
    museum.client.force_login(curator)
    assert museum.info("map-7")["width"] == 300


def test_a_picture_that_is_no_thumbnail_says_where_it_is_from(museum):
    small, large = (museum.image(f"full/{width},/0/default.png", "letter-1") for width in (199, 200))
    assert [dark_line(picture) for picture in (small, large)] == [False, True]


def dark_line(picture) -> bool:
    """Whether there is a veil in the bottom left corner, ten pixels from both edges."""
    blue = picture.convert("RGB").getpixel((11, picture.height - 12))
    return max(blue) < 120
