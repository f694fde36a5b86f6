from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.test import override_settings

from sources.folders import is_allowed, is_allowed_folder
from tests.live import ROOT


@pytest.fixture(autouse=True)
def home(tmp_path: Path):
    """The fence of a server whose home is a folder of this test's own."""
    with override_settings(IIIFSERVER={"HOME": tmp_path / "home"}):
        yield tmp_path / "home"


@pytest.mark.parametrize("folder", ["/home/somebody/images", "/srv/pictures", "/mnt/nas/scans", "/data", "/etcetera"])
def test_ordinary_folders_are_open(folder: str):
    assert is_allowed_folder(Path(folder))


@pytest.mark.parametrize(
    "folder",
    ["/etc", "/proc", "/sys", "/dev", "/boot", "/run", "/var/run", "/var/lib", "/root", "/etc/ssl", "/proc/self/root"],
)
def test_folders_of_the_system_are_closed(folder: str):
    assert not is_allowed_folder(Path(folder))


@pytest.mark.parametrize("folder", ["/home/somebody/.ssh", "/home/somebody/.config/pictures", "/srv/.git"])
def test_dot_folders_are_closed(folder: str):
    assert not is_allowed_folder(Path(folder))


def test_a_file_may_begin_with_a_dot():
    assert is_allowed(Path("/srv/pictures/.hidden.png"))


@pytest.mark.parametrize("folder", [ROOT, ROOT / "images", ROOT / "sources", Path(sys.prefix).resolve() / "lib"])
def test_the_program_is_closed(folder: Path):
    assert not is_allowed_folder(folder)


@pytest.mark.parametrize("name", ["", "cache", "keys", "logs", "run", "media", "images-old"])
def test_the_home_is_closed(home: Path, name: str):
    assert not is_allowed_folder(home / name)


@pytest.mark.parametrize("name", ["images", "samples", "images/a/b"])
def test_the_images_in_the_home_are_open(home: Path, name: str):
    assert is_allowed_folder(home / name)


def test_dot_folders_among_the_images_of_the_home_are_closed(home: Path):
    assert not is_allowed(home / "images" / ".trash" / "a.png")


def test_images_in_a_home_in_a_dot_folder_are_open(tmp_path: Path):
    with override_settings(IIIFSERVER={"HOME": tmp_path / ".local" / "iiif"}):
        assert is_allowed_folder(tmp_path / ".local" / "iiif" / "images")


@pytest.fixture
def narrowed(home: Path):
    with override_settings(IIIFSERVER={"HOME": home, "FILESYSTEM_ROOTS": ["/srv/pictures", "/var/lib/scans"]}):
        yield


@pytest.mark.usefixtures("narrowed")
@pytest.mark.parametrize("folder", ["/srv/pictures", "/srv/pictures/2020", "/var/lib/scans"])
def test_a_narrowed_fence_opens_its_roots(folder: str):
    assert is_allowed_folder(Path(folder))


@pytest.mark.usefixtures("narrowed")
@pytest.mark.parametrize(
    "folder", ["/srv", "/srv/pictures-private", "/home/somebody", "/srv/pictures/.git", "/var/lib"]
)
def test_a_narrowed_fence_closes_everything_else(folder: str):
    assert not is_allowed_folder(Path(folder))


@pytest.mark.usefixtures("narrowed")
def test_a_narrowed_fence_leaves_the_images_of_the_home_open(home: Path):
    assert is_allowed_folder(home / "images")


def test_a_root_around_the_home_does_not_open_it(home: Path):
    with override_settings(IIIFSERVER={"HOME": home, "FILESYSTEM_ROOTS": [home.parent]}):
        assert not is_allowed_folder(home / "cache")
