from __future__ import annotations

import json

import pytest

from images.jobs.access_logs import pictures_in_log
from images.jobs.lists import identifiers_in_list
from images.jobs.manifests import Here, identifiers_in_manifest
from images.jobs.walking import walk
from sources.base import FolderEntry


def test_a_list_has_a_line_for_each_identifier():
    assert identifiers_in_list("# mine\nscans/1.tif\n\n  map.tif \nscans/1.tif\n") == ["scans/1.tif", "map.tif"]


def test_a_manifest_names_its_image_services_however_deep():
    service = {"id": "https://example.org/iiif/3/scans%2F1.tif", "type": "ImageService3"}
    older = {"@id": "https://example.org/prefix/iiif/2/map.tif/", "@context": "http://iiif.io/api/image/2/context.json"}
    auth = {"id": "https://example.org/login"}
    manifest = {"items": [{"items": [{"body": {"service": [service, auth]}}]}], "thumbnail": {"service": older}}
    assert sorted(identifiers_in_manifest(json.dumps(manifest))) == ["map.tif", "scans/1.tif"]


def test_a_picture_without_a_service_names_its_image():
    body = {"id": "https://example.org/iiif/3/a%2Fb/full/max/0/default.jpg", "type": "Image"}
    assert identifiers_in_manifest(json.dumps({"items": [{"body": body}]})) == ["a/b"]


def test_a_manifest_of_version_2_names_its_images():
    resource = {"@id": "http://x/iiif/2/a/full/full/0/default.jpg", "service": {"@id": "http://x/iiif/2/a"}}
    manifest = {"sequences": [{"canvases": [{"images": [{"resource": resource}]}]}]}
    assert identifiers_in_manifest(json.dumps(manifest)) == ["a"]


@pytest.mark.parametrize(
    ("root", "address", "is_ours"),
    [
        ("https://images.example.org", "https://images.example.org/iiif/3/a", True),
        ("https://images.example.org", "http://IMAGES.example.org/iiif/2/a", True),
        ("https://images.example.org:443", "https://images.example.org/iiif/2/a", True),
        ("https://images.example.org", "https://images.example.org:8443/iiif/2/a", False),
        ("https://images.example.org", "https://other.example.org/iiif/3/a", False),
        ("https://images.example.org/archive", "https://images.example.org/archive/iiif/3/a", True),
        ("https://images.example.org/archive", "https://images.example.org/iiif/3/a", False),
        ("https://images.example.org", "https://images.example.org.evil.org/iiif/3/a", False),
        ("https://images.example.org", "https://images.example.org:x/iiif/3/a", False),
        ("", "https://anywhere.org/iiif/3/a", True),
    ],
)
def test_only_images_of_this_server_are_named(root, address, is_ours):
    manifest = json.dumps({"service": {"id": address}})
    assert identifiers_in_manifest(manifest, Here(root)) == (["a"] if is_ours else [])


def test_what_stands_for_a_slash_is_read_as_one():
    manifest = json.dumps({"service": {"id": "https://x/iiif/3/scans!1.tif/info.json"}})
    assert identifiers_in_manifest(manifest, Here(slash_substitute="!")) == ["scans/1.tif"]


@pytest.mark.parametrize("text", ["", "{", "<html>"])
def test_what_is_no_json_names_nothing(text):
    with pytest.raises(ValueError, match=r"."):
        identifiers_in_manifest(text)


def test_a_document_that_is_too_deep_ends():
    text = '{"service": ' * 300 + "1" + "}" * 300
    assert identifiers_in_manifest(text) == []


def test_a_log_tells_what_was_asked_for_most():
    tile = "/iiif/3/scans%2F1.tif/0,0,512,512/512,512/0/default.jpg"
    thumb = "/iiif/2/map.tif/full/90,/0/default.jpg"
    lines = [
        f'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET {thumb}?cache=false HTTP/1.1" 200 12 "-" "x"',
        f'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET {tile} HTTP/1.1" 200 12 "-" "x"',
        f'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET {tile} HTTP/2.0" 304 0',
        f'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET {tile}x HTTP/1.1" 404 12',
        '1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET /iiif/3/map.tif/info.json HTTP/1.1" 200 12',
        '1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "POST /tasks HTTP/1.1" 202 12',
        "\x00 nonsense",
    ]
    wanted = [(3, tile.removeprefix("/iiif/3/")), (2, thumb.removeprefix("/iiif/2/"))]
    assert pictures_in_log(lines, 10) == wanted
    assert pictures_in_log(lines, 1) == wanted[:1]


TILE = "/iiif/3/a/0,0,512,512/512,512/0/default.jpg"
LOGS = {
    "Caddy": [json.dumps({"request": {"method": "GET", "uri": TILE}, "status": 200})],
    "Traefik": [json.dumps({"RequestMethod": "GET", "RequestPath": TILE, "DownstreamStatus": 200})],
    "nginx": [json.dumps({"request": f"GET {TILE}?a HTTP/1.1", "status": "200"})],
    "IIS": ["#Version: 1.0", "#Fields: date cs-method cs-uri-stem sc-status", f"2026-01-01 GET {TILE} 200"],
    "CloudFront": ["#Fields: date cs-method cs(Host) cs-uri-stem sc-status", f"2026-01-01\tGET\thost\t{TILE}\t200"],
    "Apache": [f'www.example.org:443 1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "GET {TILE} HTTP/1.1" 200 12'],
}


@pytest.mark.parametrize("lines", LOGS.values(), ids=LOGS)
def test_logs_of_many_servers_are_understood(lines):
    assert pictures_in_log(lines, 10) == [(3, TILE.removeprefix("/iiif/3/"))]


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"request": 1}', '{"request": "x"}', "#Fields:", "7"])
def test_a_line_that_makes_no_sense_is_passed_over(line):
    assert pictures_in_log([line, *LOGS["Caddy"]], 10) != []


class TestWalking:
    TREE = {"": ["a/", "b.tif", "c/"], "a": ["1.tif", "2.tif"], "c": ["d/", "z.tif"], "c/d": ["y.tif"]}
    ALL = ["a/1.tif", "a/2.tif", "b.tif", "c/d/y.tif", "c/z.tif"]

    def listed(self, folder, after, limit):
        if folder not in self.TREE:
            return None
        names = [name for name in self.TREE[folder] if name.rstrip("/") > after]
        return [FolderEntry(name.rstrip("/"), name.endswith("/")) for name in names[:1]]

    def test_every_image_is_met_once(self):
        assert list(walk(self.listed, "")) == self.ALL

    @pytest.mark.parametrize("done", range(5))
    def test_it_goes_on_behind_any_image(self, done):
        assert list(walk(self.listed, "", self.ALL[done])) == self.ALL[done + 1 :]

    def test_a_folder_alone(self):
        assert list(walk(self.listed, "c")) == ["c/d/y.tif", "c/z.tif"]
        assert list(walk(self.listed, "c", "c/d/y.tif")) == ["c/z.tif"]

    def test_goes_on_behind_a_name_with_slashes_where_there_are_no_folders(self):
        names = ["a", "a/1", "a/2", "b/1"]

        def flat(folder, after, limit):
            return None if folder else [FolderEntry(name) for name in names if name > after][:limit]

        assert list(walk(flat, "", "a/1")) == ["a/2", "b/1"]

    def test_a_folder_that_is_its_own_child_ends(self):
        assert list(walk(lambda folder, after, limit: [] if after else [FolderEntry("x", True)], "")) == []
