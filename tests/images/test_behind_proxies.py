"""Behind real proxies that speak TLS, with the configurations that the product gives."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.browsing import Visitor
from tests.live import live_server, share_samples
from tests.reverse_proxies import PROGRAMS, reverse_proxy

FOLDER = "/pictures"


def start(tmp_path_factory, drawn_samples, **variables):
    home = tmp_path_factory.mktemp("behind") / "home"
    share_samples(drawn_samples, home)
    scans = home / "images" / "scans"
    scans.mkdir(parents=True)
    shutil.copy(drawn_samples / "alpha.png", scans / "leaf.png")
    return live_server(home, IIIFSERVER_TRUSTED_PROXIES="127.0.0.1", **variables)


@pytest.fixture(scope="module")
def at_the_root(tmp_path_factory, drawn_samples):
    """A server that learns from its proxies how it is called."""
    with start(tmp_path_factory, drawn_samples) as server:
        yield server


@pytest.fixture(scope="module")
def below_a_folder(tmp_path_factory, drawn_samples):
    with start(tmp_path_factory, drawn_samples, IIIFSERVER_PUBLIC_URL=f"https://localhost{FOLDER}") as server:
        yield server


@pytest.fixture(params=list(PROGRAMS))
def public(request, tmp_path, at_the_root):
    """The address of a proxy in front of the server at the root."""
    with reverse_proxy(request.param, tmp_path, at_the_root.url) as address:
        yield Visitor(address)


@pytest.fixture(params=list(PROGRAMS))
def public_folder(request, tmp_path, below_a_folder):
    with reverse_proxy(request.param, tmp_path, below_a_folder.url, FOLDER) as address:
        yield Visitor(address)


def test_every_address_comes_through_and_back(public, at_the_root):
    document = json.loads(public.get("/iiif/3/scans%2Fleaf.png/info.json").body)
    assert document["id"] == f"{public.base}/iiif/3/scans%2Fleaf.png"
    assert public.get("/iiif/3/scans/leaf.png/info.json").status == 404
    assert public.get("/iiif/3/scans%2Fleaf.png/full/%5Emax/!0/default.jpg").status == 200
    reply = public.get("/iiif/2/scans%2Fleaf.png")
    assert (reply.status, reply.headers["Location"]) == (303, f"{public.base}/iiif/2/scans%2Fleaf.png/info.json")
    signed_in = public.sign_in(at_the_root.password, Referer=f"{public.base}/admin/login/")
    assert (signed_in.status, public.get("/admin/").status) == (302, 200)


def test_what_a_visitor_says_of_proxies_is_not_passed_on(public):
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "4711",
        "X-Forwarded-Path": "/evil",
        "X-Forwarded-ID": "evil",
        "X-Forwarded-Proto": "http",
    }
    document = json.loads(public.get("/iiif/3/scans%2Fleaf.png/info.json", **lies).body)
    assert document["id"] == f"{public.base}/iiif/3/scans%2Fleaf.png"


def test_below_a_folder_of_another_site_every_link_begins_with_it(public_folder):
    reply = public_folder.get(f"{FOLDER}/iiif/3/scans%2Fleaf.png/info.json")
    expected = f"https://localhost{FOLDER}/iiif/3/scans%2Fleaf.png"
    assert (reply.status, json.loads(reply.body)["id"]) == (200, expected)
    redirect = public_folder.get(f"{FOLDER}/iiif/3/scans%2Fleaf.png")
    assert (redirect.status, redirect.headers["Location"]) == (303, f"{expected}/info.json")
    assert f'"{FOLDER}/static/' in public_folder.get(f"{FOLDER}/admin/login/?next={FOLDER}/admin/").text
