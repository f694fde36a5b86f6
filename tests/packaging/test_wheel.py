"""The wheel: what is in it, and whether it serves by itself, in an empty folder."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from zipfile import ZipFile

import pytest

from tests.browsing import Visitor
from tests.live import ROOT, share_samples
from tests.variables import forget_variables

pytestmark = pytest.mark.slow

PACKAGES = {"caching", "iiifserver", "images", "overlays", "processors", "sources"}
LEFT_BEHIND = (".*", "build", "dist", "docs", "node_modules", "tests", "var", "__pycache__", "*.egg-info")
START_SECONDS = 60


def pip(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, since a build leaves files behind that the next one would pick up."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "checkout", ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    pip("wheel", str(folder / "checkout"), "--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def modules():
    """Every module of the packages; a script in a folder that is no package belongs to the checkout alone."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {file.relative_to(ROOT).as_posix() for file in files if (file.parent / "__init__.py").is_file()}


def test_only_the_six_packages_are_in_it(names):
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == PACKAGES


def test_every_module_is_in_it(names):
    assert modules() - names == set()


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_every_template_and_static_file_is_in_it(names, folder):
    files = (file for package in PACKAGES for file in (ROOT / package / folder).rglob("*") if file.is_file())
    wanted = {file.relative_to(ROOT).as_posix() for file in files}
    assert wanted - names == set()


def test_it_says_that_it_is_typed(names):
    assert {f"{package}/py.typed" for package in PACKAGES} <= names


def test_it_holds_the_licence(names):
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_it_brings_every_kind_of_backend(wheel, names):
    (file,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    points = configparser.ConfigParser()
    with ZipFile(wheel) as archive:
        points.read_string(archive.read(file).decode())
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    assert {group: dict(points[group]) for group in listed} == listed


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory, drawn_samples):
    """A server that runs from the installed wheel, in a folder where nothing else is."""
    packages, empty = tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("empty")
    pip("install", str(wheel), "--no-deps", "--quiet", "--target", str(packages))
    share_samples(drawn_samples, empty / "var")
    environment = dict(os.environ)
    forget_variables(environment)
    environment["PYTHONPATH"] = str(packages)
    output = empty / "output.txt"
    with output.open("w") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "iiifserver", "serve", "--port", "0", "--workers", "1"],
            env=environment,
            cwd=empty,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stdout,
        )
    try:
        yield Visitor(address_of(process, output))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_SECONDS)


def address_of(process, output):
    deadline = time.monotonic() + START_SECONDS
    while not (found := re.search(r"Landing page\s+(http://127\.0\.0\.1:\d+)/", output.read_text(encoding="utf-8"))):
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, output.read_text(encoding="utf-8")
        else:
            raise AssertionError(output.read_text(encoding="utf-8"))
    return found[1]


def static_files(page):
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', page)


VIEWER = "/viewer?iiif={base}/iiif/3/deep-zoom.tif/info.json&viewer="


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/admin/login/",
        "/iiif/3?identifier=deep-zoom.tif",
        *(VIEWER + viewer for viewer in ("openseadragon", "leaflet", "mirador")),
    ],
)
def test_the_installed_server_shows_its_pages_with_all_their_files(installed, page):
    reply = installed.get(page.format(base=installed.base))
    files = static_files(reply.text)
    assert (reply.status, bool(files)) == (200, True)
    assert [file for file in files if installed.get(file).status != 200] == []


def test_the_installed_server_answers_image_requests(installed):
    info = installed.get("/iiif/3/deep-zoom.tif/info.json")
    assert (info.status, json.loads(info.body)["width"]) == (200, 9000)
    assert installed.get("/iiif/3/deep-zoom.tif/square/100,/0/default.jpg").headers.get_content_type() == "image/jpeg"


def test_the_admin_of_the_installed_server_is_the_same_as_in_a_checkout(installed):
    page = installed.get("/admin/login/").text
    assert any("iiif_images/admin." in file for file in static_files(page))
    assert "Django" not in page


def test_the_installed_server_gives_out_its_documentation(installed):
    reply = installed.get("/docs/tutorial/first-image.html")
    assert (reply.status, "eddie.jpg" in reply.text) == (200, True)


def test_the_installed_server_has_its_pages_for_failures(installed):
    reply = installed.get("/nowhere")
    assert (reply.status, "There is nothing at this address" in reply.text) == (404, True)
