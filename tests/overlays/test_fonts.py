from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from overlays import fonts

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    return tmp_path


def test_installed_fonts_are_known_by_family_and_style():
    assert fonts.face("DejaVu Sans Bold").path == str(DEJAVU)


def test_the_built_in_font_comes_first():
    assert fonts.choices()[0][0] == fonts.BUILT_IN


def test_the_built_in_font_is_there_without_any_other(folder):
    assert fonts.face(fonts.BUILT_IN).at(20).getbbox("A")


@pytest.mark.parametrize("name", ["Comic Nothing", str(DEJAVU), "../DejaVuSans.ttf"])
def test_what_is_not_the_name_of_a_font_is_refused(name):
    with pytest.raises(fonts.FontMissing, match="is not installed on this server"):
        fonts.face(name)


def test_a_font_that_is_installed_later_is_found(folder):
    assert len(fonts.choices()) == 1
    shutil.copy(DEJAVU, folder / "later.ttf")
    assert [name for name, _ in fonts.choices()] == ["", "DejaVu Sans Bold"]


def test_what_is_no_font_is_passed_over(folder):
    (folder / "damaged.ttf").write_bytes(DEJAVU.read_bytes()[:300])
    (folder / "text.ttf").write_text("no font")
    (folder / "empty.otf").touch()
    (folder / "gone.ttf").symlink_to(folder / "nowhere")
    assert fonts.installed() == {}


def test_other_bytes_have_another_digest(folder):
    shutil.copy(DEJAVU, folder / "one.ttf")
    before = fonts.face("DejaVu Sans Bold").digest
    (folder / "one.ttf").write_bytes(DEJAVU.read_bytes() + b"\0")
    assert fonts.face("DejaVu Sans Bold").digest != before
