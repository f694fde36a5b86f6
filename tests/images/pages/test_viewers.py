"""What npm fetches, and what of it is served."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from tests.live import ROOT

FOLDER = ROOT / "images" / "viewers"


@pytest.fixture(scope="module")
def install():
    spec = importlib.util.spec_from_file_location("install_viewers", FOLDER / "install.py")
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their own module up.
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def vendor(install):
    if not install.VENDOR.exists():
        pytest.skip("The viewers are not installed: make install fetches them.")
    return install.VENDOR


def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_the_lock_file_names_no_registry():
    text = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert "registry" not in text


def test_every_package_is_locked_by_its_hash():
    packages = read("package-lock.json")["packages"]
    assert all("integrity" in facts for place, facts in packages.items() if place)


def test_every_version_is_one_version():
    manifest = read("package.json")
    for version in (manifest["dependencies"] | manifest["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_npm_runs_no_script_of_a_package():
    assert "ignore-scripts=true" in (FOLDER / ".npmrc").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", [b"a()\n//# sourceMappingURL=a.js.map", b"a()\n/*# sourceMappingURL=a.css.map */\n"])
def test_a_source_map_that_is_not_served_is_not_named(install, text):
    assert install.SOURCE_MAP.sub(b"\n", text) == b"a()\n"


def test_what_is_not_committed_is_ignored_by_git():
    assert "/images/static/iiif_images/vendor/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_installed_viewers_are_the_locked_ones(install, vendor):
    versions = json.loads((vendor / "versions.json").read_text(encoding="utf-8"))
    assert versions == read("package.json")["dependencies"]


def test_each_viewer_brings_its_licence(install, vendor):
    for part in install.PARTS:
        assert (vendor / part.package / part.licence).stat().st_size > 500
    parts = (vendor / "mirador" / "LICENSES-OF-PARTS.txt").read_text(encoding="utf-8")
    for package in ("react", "@mui/material", "redux"):
        assert f"==== {package} " in parts
    assert "==== axe-core" not in parts


def test_every_file_that_a_page_names_is_there(vendor):
    from images.pages.viewer import VIEWERS

    for viewer in VIEWERS.values():
        for file in (*viewer.scripts, *viewer.styles):
            assert (ROOT / "images" / "static" / file).exists()


@pytest.mark.parametrize("command", ["collectstatic"])
def test_every_name_in_the_static_files_survives_hashing(vendor, settings, tmp_path, command):
    from django.core.management import call_command

    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command(command, interactive=False, verbosity=0)
    style = next(tmp_path.glob("iiif_images/vendor/leaflet/leaflet.*.css")).read_text(encoding="utf-8")
    assert re.search(r"images/layers\.[0-9a-f]{12}\.png", style)
