"""Manifests and collections as they are served, each requirement of the Presentation API by its number."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.delegates import Delegate
from iiifserver.iiif.formats import Format
from iiifserver.testing import drawn
from images import pipeline, presentation
from images.description_links import DescriptionLink
from images.models import HttpSettings
from images.runtime import keeper
from processors.backends.tiles import TilesProcessor
from processors.iptc import Iptc
from tests.images.conftest import draw_card, picture
from tests.processors.worded import picture_with_words, words

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
ROOT = "http://testserver/iiif/presentation/3"


def ask(service, path, **headers):
    return service.get(f"/iiif/presentation/3/{path}", **headers)


def document(service, path):
    response = ask(service, path)
    assert response.status_code == 200, response.content
    return response.json()


def manifest(service, identifier="card.png"):
    return document(service, f"{identifier}/manifest")


def collection(service, folder=""):
    return document(service, f"{folder}/collection" if folder else "collection")


@pytest.fixture
def large(service):
    service.draw("large.jpg", drawn(1700, 1100))
    return "large.jpg"


@pytest.fixture
def book(service):
    pages = [drawn(width, 120) for width in (100, 140, 180)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    (service.folder / "book.tif").write_bytes(buffer.getvalue())
    return "book.tif"


@pytest.fixture
def harbour(service):
    (service.folder / "harbour.jpg").write_bytes(picture_with_words(Format.JPG))
    return "harbour.jpg"


@pytest.fixture
def folders(service, endpoints):
    """Collections are switched on, and there is something to list."""
    for name in ("maps/page10.png", "maps/page2.png", "maps/deep/Ä b.png"):
        service.draw(name)
    (service.folder / "maps/notes.txt").write_text("no image")
    (service.folder / "maps/.hidden.png").write_bytes(b"")
    endpoints(collections_enabled=True)


def walk(value):
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def path_of(address):
    return address.removeprefix("http://testserver")


def body_of(canvas):
    return canvas["items"][0]["items"][0]["body"]


def test_the_context_comes_first_and_once(service):
    """P3-001."""
    found = manifest(service)
    assert next(iter(found.items())) == ("@context", CONTEXT)
    assert sum("@context" in inner for inner in walk(found)) == 1


@pytest.mark.parametrize("identifier", ["card.png", "a%2Fb%20%C3%BC.png", "book.tif;2", "card.png;1:2"])
def test_a_manifest_is_where_it_says_it_is(service, book, identifier):
    """P3-002."""
    service.draw("a/b ü.png")
    assert manifest(service, identifier)["id"] == f"{ROOT}/{identifier}/manifest"


def test_everything_has_a_type_and_an_address(service, book):
    """P3-002."""
    for thing in walk(manifest(service, book)):
        assert bool({"type", "@type"} & thing.keys()) == bool({"id", "@id"} & thing.keys())


def test_many_valued_members_are_lists_and_labels_have_languages(service, harbour):
    """P3-003, I3-198."""
    found = manifest(service, harbour)
    assert found["label"] == {"en": ["The harbour"], "de": ["Der Hafen"]}
    assert found["summary"] == {"none": ["A harbour"]}
    assert {"label": {"en": ["Creator"]}, "value": {"none": ["Ada", "Grace"]}} in found["metadata"]
    assert all(isinstance(found[name], list) for name in ("items", "thumbnail", "metadata"))


def test_anybody_may_read_it(service):
    """P3-005."""
    for path in ("card.png/manifest", "nothing.png/manifest", "collection"):
        assert ask(service, path)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", f'application/ld+json;profile="{CONTEXT}"'),
        ("*/*", f'application/ld+json;profile="{CONTEXT}"'),
        (f'application/ld+json;profile="{CONTEXT}"', f'application/ld+json;profile="{CONTEXT}"'),
        ("application/json", "application/json"),
        ("application/ld+json;q=0, */*;q=0.1", "application/json"),
        ("text/html", f'application/ld+json;profile="{CONTEXT}"'),
    ],
)
def test_media_types(service, accept, expected):
    """P3-006."""
    response = ask(service, "card.png/manifest", **({"accept": accept} if accept else {}))
    assert response["Content-Type"] == expected
    assert response["Vary"] == "Accept, Accept-Encoding"


def test_words_of_the_image_are_no_html(service):
    """P3-007."""
    hostile = Iptc(()).with_text(120, "<script>alert(1)</script>").block()
    content = picture_with_words(Format.JPG, embedded=words(iptc=hostile, exif=None, xmp=None))
    (service.folder / "hostile.jpg").write_bytes(content)
    assert manifest(service, "hostile.jpg")["summary"] == {
        "none": ["<span>&lt;script&gt;alert(1)&lt;/script&gt;</span>"]
    }


def test_rights_and_attribution_are_those_of_info_json(service, endpoints, harbour):
    """P3-008."""
    endpoints(rights_fields="xmp:xmpRights:WebStatement", attribution_fields="xmp:dc:rights", attribution="Library")
    found = manifest(service, harbour)
    assert found["rights"] == service.info(harbour)["rights"]
    assert found["requiredStatement"] == {
        "label": {"en": ["Attribution"]},
        "value": {"none": ["© City Library"]},
    }
    assert manifest(service)["requiredStatement"]["value"] == {"none": ["Library"]}


def test_whoever_gives_it_out_is_named(service, endpoints):
    """P3-021."""
    assert "provider" not in manifest(service)
    endpoints(attribution="City Library", logo="https://example.org/logo.png")
    (provider,) = manifest(service)["provider"]
    assert (provider["id"], provider["type"]) == ("http://testserver/", "Agent")
    assert provider["label"] == {"none": ["City Library"]}
    assert provider["logo"] == [{"id": "https://example.org/logo.png", "type": "Image"}]


def test_both_versions_of_the_image_are_there_the_newest_first(service, large):
    """P3-009."""
    newer, older = body_of(manifest(service, large)["items"][0])["service"]
    assert newer == {"id": f"http://testserver/iiif/3/{large}", "type": "ImageService3", "profile": "level2"}
    assert older == {
        "@id": f"http://testserver/iiif/2/{large}",
        "@type": "ImageService2",
        "profile": "http://iiif.io/api/image/2/level2.json",
    }
    for one, version in ((newer, 3), (older, 2)):
        assert service.get(path_of(one.get("id") or one["@id"]) + "/info.json").status_code == 200
        assert service.info(large, version)["width"] == 1700


@pytest.mark.parametrize(
    ("served", "type_name"), [({1}, "ImageService1"), ({2}, "ImageService2"), ({1, 3}, "ImageService3")]
)
def test_only_versions_that_are_served_are_named(service, endpoints, large, served, type_name):
    """P3-009, P3-025."""
    endpoints(**{f"version_{number}_enabled": number in served for number in (1, 2, 3)})
    found = manifest_of_any_version(service, large)
    body = body_of(found["items"][0])
    assert len(body["service"]) == len(served)
    assert body["service"][0].get("type", body["service"][0].get("@type")) == type_name
    assert picture(service.get(path_of(body["id"]))).size == (body["width"], body["height"])
    (thumbnail,) = found["thumbnail"]
    assert picture(service.get(path_of(thumbnail["id"]))).size == (thumbnail["width"], thumbnail["height"])


def manifest_of_any_version(service, identifier):
    return document(service, f"{identifier}/manifest")


def test_where_no_image_is_served_there_is_no_manifest(service, endpoints):
    endpoints(version_2_enabled=False, version_3_enabled=False)
    assert ask(service, "card.png/manifest").status_code == 404


def test_services_of_thumbnails_say_their_sizes(service, large):
    """P3-010."""
    (thumbnail,) = manifest(service, large)["thumbnail"]
    info = service.info(large)
    for one in thumbnail["service"]:
        assert (one["width"], one["height"], one["sizes"]) == (info["width"], info["height"], info["sizes"])


def test_what_a_manifest_must_have(service):
    """P3-020."""
    found = manifest(service)
    assert (found["type"], found["label"], len(found["items"])) == ("Manifest", {"none": ["card.png"]}, 1)


def test_the_file_gives_its_name_where_the_image_has_no_title(service, endpoints, harbour):
    """P3-020."""
    service.draw("a/b/c.png")
    assert manifest(service, "a%2Fb%2Fc.png")["label"] == {"none": ["c.png"]}
    endpoints(label_fields="iptc:Headline")
    assert manifest(service, harbour)["label"] == {"none": ["harbour.jpg"]}


def test_a_canvas_is_as_large_as_the_image(service, large):
    """P3-022, P3-026."""
    (canvas,) = manifest(service, large)["items"]
    assert (canvas["type"], canvas["width"], canvas["height"]) == ("Canvas", 1700, 1100)
    assert "#" not in canvas["id"]
    assert canvas["label"]


def test_an_image_that_lies_on_its_side_has_an_upright_canvas(service):
    """P3-022."""
    exif = Image.Exif()
    exif[274] = 6
    service.draw("turned.jpg", drawn(300, 200), exif=exif)
    (canvas,) = manifest(service, "turned.jpg")["items"]
    assert (canvas["width"], canvas["height"]) == (200, 300)


def test_the_picture_is_painted_onto_its_canvas(service):
    """P3-023, P3-024."""
    (canvas,) = manifest(service)["items"]
    (page,) = canvas["items"]
    (annotation,) = page["items"]
    assert (page["type"], annotation["type"]) == ("AnnotationPage", "Annotation")
    assert (annotation["motivation"], annotation["target"]) == ("painting", canvas["id"])


@pytest.mark.parametrize("limits", [{}, {"max_pixels": 500_000}, {"max_width": 300}, {"restricts_to_sizes": True}])
def test_the_picture_has_the_size_that_is_said(service, endpoints, large, limits):
    """P3-025, P3-026."""
    endpoints(**limits)
    body = body_of(manifest(service, large)["items"][0])
    assert body["id"].endswith("/full/max/0/default.jpg")
    assert (body["type"], body["format"]) == ("Image", "image/jpeg")
    assert picture(service.get(path_of(body["id"]))).size == (body["width"], body["height"])


@pytest.mark.parametrize("limits", [{}, {"max_width": 300}, {"min_size": 500}, {"restricts_to_sizes": True}])
def test_a_thumbnail_is_one_of_the_sizes(service, endpoints, large, limits):
    """P3-027."""
    endpoints(**limits)
    found = manifest(service, large)
    (thumbnail,) = found["thumbnail"]
    sizes = service.info(large)["sizes"]
    assert {"width": thumbnail["width"], "height": thumbnail["height"]} in sizes
    assert picture(service.get(path_of(thumbnail["id"]))).size == (thumbnail["width"], thumbnail["height"])
    assert found["items"][0]["thumbnail"] == [thumbnail]


def test_data_about_the_image_are_linked(service):
    """P3-028."""
    DescriptionLink.objects.create(name="data", address="https://example.org/{identifier}.json", label="Record")
    keeper.forget()
    assert manifest(service)["seeAlso"] == [
        {"id": "https://example.org/card.png.json", "type": "Dataset", "label": {"none": ["Record"]}}
    ]


def test_each_page_has_a_canvas_and_an_identifier(service, book):
    """P3-040, P3-041, P3-043."""
    found = manifest(service, book)
    assert [canvas["width"] for canvas in found["items"]] == [100, 140, 180]
    assert [canvas["label"] for canvas in found["items"]] == [{"none": ["1"]}, {"none": ["2"]}, {"none": ["3"]}]
    assert [canvas["id"] for canvas in found["items"]] == [f"{ROOT}/book.tif/canvas/{number}" for number in (1, 2, 3)]
    for canvas in found["items"]:
        assert picture(service.get(path_of(body_of(canvas)["id"]))).size == (canvas["width"], canvas["height"])


def test_a_page_alone_has_a_manifest_of_its_own(service, book):
    """P3-043."""
    found = manifest(service, f"{book};2")
    assert [canvas["width"] for canvas in found["items"]] == [140]
    assert ask(service, f"{book};4/manifest").status_code == 400


def test_a_pyramid_is_one_page(service, pyramid):
    """P3-040."""
    assert len(manifest(service, pyramid)["items"]) == 1


@pytest.fixture
def pyramid(service):
    with tifffile.TiffWriter(service.folder / "pyramid.tif") as writer:
        for step, subifds in ((1, 2), (2, 0), (4, 0)):
            pixels = np.asarray(drawn(1024 // step, 768 // step))
            writer.write(pixels, tile=(256, 256), subifds=subifds or None, subfiletype=int(step > 1))
    return "pyramid.tif"


def test_without_a_delimiter_only_the_first_page_can_be_named(service, endpoints, book):
    endpoints(meta_delimiter="")
    assert len(manifest(service, book)["items"]) == 1


def test_more_pages_than_a_viewer_opens_are_left_out_and_said_to_be(service, book, monkeypatch):
    monkeypatch.setattr(presentation, "MOST_CANVASES", 2)
    found = manifest(service, book)
    assert len(found["items"]) == 2
    assert {"label": {"en": ["Pages"]}, "value": {"none": ["3, of which 2 are here"]}} in found["metadata"]


def test_an_image_given_out_smaller_has_a_smaller_canvas(service, large):
    (canvas,) = manifest(service, f"{large};1:2")["items"]
    assert (canvas["width"], canvas["height"]) == (850, 550)
    assert picture(service.get(path_of(body_of(canvas)["id"]))).size == (850, 550)
    response = ask(service, f"{large};2:4/manifest")
    assert (response.status_code, response["Location"]) == (301, f"{ROOT}/{large};1:2/manifest")


def test_pages_are_looked_at_once(service, book, monkeypatch):
    looked = []
    original = TilesProcessor.facts_of_pages
    monkeypatch.setattr(
        TilesProcessor, "facts_of_pages", lambda self, *args: looked.append(args) or original(self, *args)
    )
    assert len({ask(service, f"{book}/manifest").content for _ in range(3)}) == 1
    assert len(looked) == 1


def test_what_a_collection_must_have(service, folders):
    """P3-050, P3-051, P3-052."""
    found = collection(service, "maps")
    assert list(found) == ["@context", "id", "type", "label", "items"]
    assert (found["id"], found["type"], found["label"]) == (f"{ROOT}/maps/collection", "Collection", {"none": ["maps"]})
    for item in found["items"]:
        assert set(item) - {"thumbnail"} == {"id", "type", "label"}
        assert document(service, path_of(item["id"]).removeprefix("/iiif/presentation/3/"))["id"] == item["id"]


def test_a_folder_is_listed_in_natural_order_without_what_is_no_image(service, folders):
    """P3-053."""
    names = [item["label"]["none"][0] for item in collection(service, "maps")["items"]]
    assert names == ["deep", "page2.png", "page10.png"]


def test_the_place_where_all_begins_is_a_collection_too(service, folders):
    """P3-051."""
    items = {item["label"]["none"][0]: item for item in collection(service)["items"]}
    assert items["maps"]["id"] == f"{ROOT}/maps/collection"
    assert items["card.png"]["id"] == f"{ROOT}/card.png/manifest"


def test_a_listed_image_has_a_thumbnail_for_which_nobody_opened_it(service, folders, monkeypatch):
    """P3-051."""
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "look_up", lambda *given, **named: 1 / 0)
        items = {item["label"]["none"][0]: item for item in collection(service, "maps")["items"]}
    assert "thumbnail" not in items["deep"]
    (thumbnail,) = items["page2.png"]["thumbnail"]
    assert thumbnail == {
        "id": "http://testserver/iiif/3/maps%2Fpage2.png/full/!200,200/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
    }
    assert picture(service.get(path_of(thumbnail["id"]))).size == (200, 133)


@pytest.mark.parametrize("limits", [{"max_width": 150}, {"restricts_to_sizes": True}, {"oversized_box": "refuse"}])
def test_no_thumbnail_is_listed_that_might_not_be_answered(service, folders, endpoints, limits):
    endpoints(**limits)
    assert not any("thumbnail" in item for item in collection(service, "maps")["items"])


def test_the_thumbnails_of_version_1_are_in_its_words(service, folders, endpoints):
    endpoints(version_1_enabled=True, version_2_enabled=False, version_3_enabled=False)
    item = collection(service, "maps")["items"][1]
    assert item["thumbnail"][0]["id"].endswith("/iiif/1/maps%2Fpage2.png/full/!200,200/0/native.jpg")
    assert service.get(path_of(item["thumbnail"][0]["id"])).status_code == 200


def test_an_image_that_is_named_like_a_page_is_listed_with_its_page(service, folders):
    service.draw("maps/deep/x;7", draw_card(), format="PNG")
    service.draw("maps/deep/scan;2.png")
    service.draw("maps/deep/y;1:2.png")
    for item in collection(service, "maps%2Fdeep")["items"]:
        assert service.get(path_of(item["id"])).status_code == 200, item


def test_a_folder_in_a_folder_has_its_slash_escaped(service, folders):
    """P3-051, P3-053."""
    deep = next(item for item in collection(service, "maps")["items"] if item["type"] == "Collection")
    assert deep["id"] == f"{ROOT}/maps%2Fdeep/collection"
    (item,) = collection(service, "maps%2Fdeep")["items"]
    assert item["id"] == f"{ROOT}/{quote('maps/deep/Ä b.png', safe='')}/manifest"


def test_a_large_folder_goes_on_in_another_collection(service, folders, monkeypatch):
    """P3-053."""
    monkeypatch.setattr(presentation, "MOST_ENTRIES", 1)
    names, path = [], "maps/collection"
    while path:
        *items, last = document(service, path)["items"]
        path = path_of(last["id"]).removeprefix("/iiif/presentation/3/") if "After" in last["label"]["none"][0] else ""
        names += [item["label"]["none"][0] for item in items or [last]]
        assert len(names) <= 3
    assert sorted(names) == ["deep", "page10.png", "page2.png"]


@pytest.mark.parametrize(
    "folder",
    [
        "nowhere",
        "..",
        "%2E%2E",
        "maps%2F..",
        "maps%2F%2E%2E%2F..",
        "%2Fetc",
        "maps%2F",
        "maps%2F%2Fdeep",
        "card.png",
        ".",
    ],
)
def test_what_is_no_folder_of_a_source_is_not_there(service, folders, folder):
    """P3-053."""
    assert ask(service, f"{folder}/collection").status_code == 404


def test_a_link_that_leads_out_is_not_listed(service, folders, tmp_path):
    """P3-053."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(b"")
    (service.folder / "maps/out").symlink_to(outside)
    (service.folder / "maps/out.png").symlink_to(outside / "secret.png")
    names = {item["label"]["none"][0] for item in collection(service, "maps")["items"]}
    assert not {"out", "out.png"} & names
    assert ask(service, "maps%2Fout/collection").status_code == 404


def test_an_unreadable_image_has_no_manifest(service):
    """P3-055."""
    Path(service.folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"nonsense" * 9)
    assert ask(service, "broken.png/manifest").status_code == 404
    assert ask(service, "missing.png/manifest").status_code == 404


@pytest.mark.parametrize("path", ["card.png/manifest", "collection"])
def test_who_has_it_already_gets_no_other(service, folders, path):
    """P3-055."""
    response = ask(service, path)
    assert response["Cache-Control"] == "public, no-cache"
    assert ask(service, path, if_none_match=response["ETag"]).status_code == 304
    packed = ask(service, path, accept_encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert packed["ETag"] != response["ETag"]


@pytest.mark.parametrize("path", ["card.png/manifest", "collection"])
def test_methods(service, folders, path):
    get, head = (service.ask(method, f"/iiif/presentation/3/{path}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", get["ETag"])
    assert service.ask("OPTIONS", f"/iiif/presentation/3/{path}").status_code == 204
    assert service.ask("POST", f"/iiif/presentation/3/{path}").status_code == 405


@pytest.mark.parametrize(
    "path", ["card.png", "card.png/", "card.png/info.json", "manifest/", "/manifest", "a/b/manifest"]
)
def test_other_addresses_are_not_there(service, path):
    assert ask(service, path).status_code == 404


@pytest.mark.parametrize(
    ("setting", "path"), [("manifests_enabled", "card.png/manifest"), ("collections_enabled", "collection")]
)
def test_each_can_be_switched_off(service, endpoints, setting, path):
    endpoints(**{"collections_enabled": True, setting: False})
    response = ask(service, path)
    assert response.status_code == 404
    assert b"switched off" in response.content


def test_collections_are_off_at_first(service):
    assert ask(service, "collection").status_code == 404


class Closed(Delegate):
    """Lets nobody see what is called like a secret."""

    def pre_authorize(self):
        return "page10" not in self.context.identifier


def test_what_a_visitor_may_not_see_has_no_manifest_and_is_not_listed(under, folders):
    service = under(Closed)
    assert ask(service, "maps%2Fpage10.png/manifest").status_code == 403
    names = {item["label"]["none"][0] for item in collection(service, "maps")["items"]}
    assert names == {"page2.png", "deep"}


def test_addresses_are_those_by_which_visitors_know_the_server(service, folders):
    row = HttpSettings.current()
    row.public_url = "https://images.example.org/pictures"
    row.save()
    keeper.forget()
    found = document(service, "card.png/manifest")
    assert found["id"] == "https://images.example.org/pictures/iiif/presentation/3/card.png/manifest"
    assert body_of(found["items"][0])["service"][0]["id"] == "https://images.example.org/pictures/iiif/3/card.png"
    assert document(service, "maps/collection")["id"].startswith("https://images.example.org/pictures/iiif/")


def test_a_substitute_stands_for_slashes(service, folders):
    row = HttpSettings.current()
    row.slash_substitute = "__"
    row.save()
    keeper.forget()
    items = {item["label"]["none"][0]: item["id"] for item in document(service, "maps/collection")["items"]}
    assert items["page2.png"] == f"{ROOT}/maps__page2.png/manifest"
    assert items["deep"] == f"{ROOT}/maps__deep/collection"
    assert manifest(service, "maps__page2.png")["label"] == {"none": ["page2.png"]}
    assert collection(service, "maps__deep")["items"]


def test_without_a_raw_path_the_end_of_the_address_counts(service, folders):
    decoded = service.ask("GET", "/iiif/presentation/3/maps/page2.png/manifest", raw={})
    assert decoded.status_code == 200
    assert service.ask("GET", "/iiif/presentation/3/maps/deep/collection", raw={}).json()["label"] == {"none": ["deep"]}
    assert service.ask("GET", "/iiif/presentation/3/collection", raw={}).status_code == 200


def test_a_document_is_small_and_plain(service, large):
    """P3-004: names as the standard writes them, and no empty members."""
    text = json.dumps(manifest(service, large))
    assert "null" not in text
    assert "[]" not in text
    assert "{}" not in text
