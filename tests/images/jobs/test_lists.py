from __future__ import annotations

import json

import pytest

from images.jobs.lists import identifiers_in_list, identifiers_in_manifest, pictures_in_log
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

    def test_a_folder_that_is_its_own_child_ends(self):
        assert list(walk(lambda folder, after, limit: [] if after else [FolderEntry("x", True)], "")) == []
