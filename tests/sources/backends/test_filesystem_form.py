from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from sources.backends.filesystem import FilesystemForm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


@pytest.fixture
def nobody():
    """For as long as the test runs, the process has no more rights than nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that any user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def form_error(path_prefix: str) -> str:
    form = FilesystemForm({"path_prefix": path_prefix})
    return "" if form.is_valid() else form.errors["path_prefix"][0]


@pytest.mark.parametrize("ending", ["", "/"])
def test_the_form_takes_a_folder_with_or_without_a_slash(folder: Path, ending: str):
    assert form_error(f"{folder}{ending}") == ""


@pytest.mark.parametrize(
    ("path_prefix", "cure"),
    [
        ("pictures", "whole path"),
        ("keys/", "whole path"),
        ("images/../keys", "whole path"),
        ("../../etc", "whole path"),
        (".", "whole path"),
        ("/etc", "may not read"),
        ("/etc/", "may not read"),
        ("//etc", "may not read"),
        ("/var/run", "may not read"),
        ("/tmp/../etc", "may not read"),
        ("~root", "may not read"),
        ("/srv/.secrets", "may not read"),
        ("/no/such/folder", "no such folder"),
        ("/dev/null", "may not read"),
        ("~nobody-has-this-name/images", "Mend"),
        ("/" + "x" * 300, "Mend"),
        ("", "required"),
    ],
)
def test_the_form_says_what_to_mend(path_prefix: str, cure: str):
    assert cure in form_error(path_prefix)


def test_the_form_refuses_a_link_into_a_closed_folder(tmp_path: Path):
    (tmp_path / "link").symlink_to("/etc")
    assert "may not read" in form_error(f"{tmp_path}/link")


def test_the_form_says_that_a_link_to_itself_cannot_be_looked_at(tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert form_error(f"{tmp_path}/loop")


def test_a_folder_that_may_not_be_entered_is_seen_by_the_form(open_folder: Path, request):
    (open_folder / "closed").mkdir(mode=0o700)
    request.getfixturevalue("nobody")
    assert "permissions" in form_error(f"{open_folder}/closed")
