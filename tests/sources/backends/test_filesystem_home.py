"""Folders of the server's home, which rows name without the home."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.testing import content_of
from sources.backends.filesystem import FilesystemForm, FilesystemSource


def home_at(place: Path):
    """The fence of a server with this home, in which there is one image."""
    (place / "images" / "scans").mkdir(parents=True)
    (place / "images" / "a.png").write_bytes(place.name.encode())
    return override_settings(IIIFSERVER={"HOME": place})


@pytest.fixture
def home(tmp_path: Path):
    with home_at(tmp_path / "home"):
        yield tmp_path / "home"


def kept(written: str | Path) -> str:
    form = FilesystemForm({"path_prefix": str(written)})
    assert form.is_valid(), form.errors
    prefix: str = form.cleaned_data["path_prefix"]
    return prefix


def test_a_row_goes_on_working_when_the_home_is_moved(tmp_path: Path):
    for name in ("old", "new"):
        with home_at(tmp_path / name):
            assert content_of(FilesystemSource.build({"path_prefix": "images/"}), "a.png") == name.encode()


def test_a_row_with_the_whole_path_goes_on_working(home: Path):
    assert content_of(FilesystemSource.build({"path_prefix": f"{home}/images/"}), "a.png") == b"home"


@pytest.mark.parametrize("closed", ["keys", "cache", "samples/.hidden"])
def test_the_fence_holds_for_folders_of_the_home(home: Path, closed: str):
    (home / closed).mkdir(parents=True)
    with pytest.raises(SourceUnavailable):
        FilesystemSource.build({"path_prefix": closed}).root()


def test_a_link_among_the_images_of_the_home_does_not_lead_to_its_keys(home: Path):
    (home / "keys").mkdir()
    (home / "images" / "link").symlink_to(home / "keys")
    with pytest.raises(SourceUnavailable):
        FilesystemSource.build({"path_prefix": "images/link"}).root()


@pytest.mark.parametrize("written", ["images", "images/", "{home}/images", "{home}/images/"])
def test_the_form_keeps_a_folder_of_the_home_without_the_home(home: Path, written: str):
    assert kept(written.format(home=home)) == "images/"


def test_the_form_keeps_it_so_when_the_home_is_reached_over_a_link(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "home")
    with home_at(tmp_path / "home"), override_settings(IIIFSERVER={"HOME": tmp_path / "link"}):
        assert {kept(tmp_path / name / "images" / "scans") for name in ("link", "home")} == {"images/scans/"}


def test_the_form_keeps_any_other_folder_as_it_is(home: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    assert kept(tmp_path / "elsewhere") == str(tmp_path / "elsewhere")


def test_the_form_says_where_a_folder_of_the_home_is(home: Path):
    assert f"at present {home}/images" in str(FilesystemForm(initial={"path_prefix": "images/"})["path_prefix"])


def test_of_any_other_folder_the_form_says_nothing_more(home: Path):
    assert "at present" not in str(FilesystemForm(initial={"path_prefix": "/srv/images"})["path_prefix"])
