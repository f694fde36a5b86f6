"""What stands in the terminal when the server is up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iiifserver.announcement import announcement, folders_to_announce
from iiifserver.environment import read_environment
from iiifserver.home import Home
from iiifserver.listening import Address
from iiifserver.prepare import Prepared
from images import first_rows
from sources.models import Source


@pytest.fixture
def home(db, settings, tmp_path):
    """A home with its folders and first rows."""
    home = Home(tmp_path)
    home.create()
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path}
    first_rows.create()
    return home


def announced(home: Home) -> str:
    environment = replace(read_environment(), home=home)
    return announcement(environment, Address("127.0.0.1", 8182), Prepared(new_password="secret"), folders_to_announce())


def test_at_first_it_names_the_samples_and_the_folder_of_the_home(home):
    assert "/iiif/3/deep-zoom.tif/info.json" in announced(home)
    assert f"Images in {home.images} are served at once." in announced(home)


def test_a_row_that_names_the_whole_path_of_the_samples_has_them(home):
    Source.objects.filter(name="Samples").update(options={"path_prefix": f"{home.samples}/"})
    assert "deep-zoom.tif" in announced(home)


def test_folders_that_staff_chose_are_named_in_their_order(home, tmp_path):
    (home.images / "scans").mkdir()
    Source.objects.create(name="Scans", kind="filesystem", position=1, options={"path_prefix": "images/scans/"})
    assert f"Images in {home.images}/scans and {home.images} are served at once." in announced(home)


def test_a_folder_that_is_gone_is_not_named_nor_is_a_sample_in_it(home):
    Source.objects.update(options={"path_prefix": "/srv/an-old-home/images/"})
    assert "served at once" not in announced(home)
    assert "deep-zoom.tif" not in announced(home)


def test_a_row_that_is_switched_off_is_not_named(home):
    Source.objects.update(enabled=False)
    assert "under Sources" in announced(home)
    assert "deep-zoom.tif" not in announced(home)


def test_a_row_that_makes_no_source_does_not_keep_the_server_down(home):
    Source.objects.filter(name="Samples").update(options={"path_prefix": 7})
    assert f"Images in {home.images} are served at once." in announced(home)
