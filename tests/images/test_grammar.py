"""Meta-identifiers in a grammar of the site's own (parity 1.7 and 7.3)."""

from __future__ import annotations

import logging
from urllib.parse import unquote

import pytest
from PIL import Image

from iiifserver.delegates import Delegate, MetaParts
from images.grammar import StandardGrammar, grammar_of
from images.runtime import Runtime
from tests.images.conftest import draw_card


class ArkDelegate(Delegate):
    """`page 2 of card.png at 1/2`."""

    def deserialize_meta_identifier(self, meta_identifier: str) -> MetaParts:
        name, _, scale = meta_identifier.partition(" at ")
        page, _, image = name.rpartition(" of ")
        parts: MetaParts = {"identifier": image}
        if page:
            parts["page_number"] = int(page.removeprefix("page "))
        if scale:
            numerator, denominator = map(int, scale.split("/"))
            parts["scale_constraint"] = (numerator, denominator)
        return parts

    def serialize_meta_identifier(self, parts: MetaParts) -> str:
        page = f"page {parts['page_number']} of " if "page_number" in parts else ""
        scale = "{}/{}".format(*parts["scale_constraint"]) if "scale_constraint" in parts else ""
        return f"{page}{parts['identifier']}{' at ' + scale if scale else ''}"


class ReadingDelegate(ArkDelegate):
    serialize_meta_identifier = Delegate.serialize_meta_identifier


@pytest.fixture
def site(under, service):
    service.draw("book.tif", draw_card(), save_all=True, append_images=[Image.new("RGB", (90, 60))])
    return under(ArkDelegate)


def test_parts_are_read_in_the_grammar_of_the_site(site):
    assert site.info("card.png%20at%201%2F2")["width"] == 150
    assert site.info("page%202%20of%20book.tif")["width"] == 90
    assert site.info("card.png")["width"] == 300


def test_our_own_grammar_is_not_read_beside_it(site):
    assert site.get("/iiif/3/card.png;1:2/info.json").status_code == 404


def test_an_image_is_published_as_it_was_asked_for(site):
    assert site.info("card.png%20at%202%2F4")["id"].endswith("/iiif/3/card.png%20at%202%2F4")


def test_a_visitor_is_sent_to_the_scale_in_the_grammar_of_the_site(under):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    service = under(type("Site", (ArkDelegate,), {"pre_authorize": lambda self: answer}))
    response = service.get("/iiif/3/page%201%20of%20card.png/info.json")
    assert response["Location"].endswith("/iiif/3/page%201%20of%20card.png%20at%201%2F2/info.json")
    assert service.get("/iiif/3/card.png%20at%201%2F2/info.json").status_code == 200


def test_each_page_of_a_manifest_has_its_address(site):
    manifest = site.get("/iiif/presentation/3/book.tif/manifest").json()
    services = [canvas["items"][0]["items"][0]["body"]["service"][0] for canvas in manifest["items"]]
    assert [service.get("id", service.get("@id")).rpartition("/")[2] for service in services] == [
        "book.tif", "page%202%20of%20book.tif",
    ]  # fmt: skip


def test_a_page_in_the_query_is_published_in_the_grammar_of_the_site(site, endpoints):
    endpoints(reads_page_arguments=True)
    document = site.get("/iiif/3/book.tif/info.json?page=2").json()
    assert (document["width"], document["id"].rpartition("/")[2]) == (90, "page%202%20of%20book.tif")


def test_without_a_way_to_write_it_a_manifest_has_one_page(under, service):
    service.draw("book.tif", draw_card(), save_all=True, append_images=[Image.new("RGB", (90, 60))])
    manifest = under(ReadingDelegate).get("/iiif/presentation/3/book.tif/manifest").json()
    assert len(manifest["items"]) == 1


def test_without_a_way_to_write_it_a_scale_cannot_be_led_to(under):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    service = under(type("Site", (ReadingDelegate,), {"pre_authorize": lambda self: answer}))
    assert service.get("/iiif/3/card.png/info.json").status_code == 503


def test_what_would_be_read_as_something_else_leads_nowhere(under, caplog):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    site = {"pre_authorize": lambda self: answer, "serialize_meta_identifier": lambda self, parts: "other.png"}
    with caplog.at_level(logging.ERROR, "iiifserver.delegates"):
        response = under(type("Site", (ArkDelegate,), site)).get("/iiif/3/card.png/info.json")
    assert response.status_code == 503
    assert "other.png" in caplog.text


@pytest.mark.parametrize(
    "identifier", ["page%20x%20of%20card.png", "page%200%20of%20card.png", "card.png%20at%203%2F2"]
)
def test_what_the_site_cannot_read_is_closed(site, identifier):
    response = site.get(f"/iiif/3/{identifier}/info.json")
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")


def test_an_identifier_that_is_refused_is_refused_as_the_site_says(under):
    from iiifserver.iiif.errors import BadRequest

    def refuse(self: Delegate, text: str) -> MetaParts:
        raise BadRequest("Write it otherwise.")

    service = under(type("Site", (Delegate,), {"deserialize_meta_identifier": refuse}))
    assert service.get("/iiif/3/card.png/info.json").status_code == 400


def test_slashes_that_are_substituted_are_so_in_written_identifiers_too(under, http):
    http(slash_substitute="~")
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    service = under(type("Site", (ArkDelegate,), {"pre_authorize": lambda self: answer}))
    location = service.get("/iiif/3/a~card.png/info.json")["Location"]
    assert location.endswith("/iiif/3/a~card.png%20at%201~2/info.json")


def test_without_such_a_delegate_the_grammar_is_ours():
    assert grammar_of(Runtime()) == StandardGrammar(";")


class PathDelegate(Delegate):
    """`ark:x` for `x`: no image has an address under its own name."""

    def deserialize_meta_identifier(self, meta_identifier: str) -> MetaParts:
        return {"identifier": meta_identifier.removeprefix("ark:") if meta_identifier.startswith("ark:") else "none"}

    def serialize_meta_identifier(self, parts: MetaParts) -> str:
        return f"ark:{parts['identifier']}"


def test_collections_name_images_in_the_grammar_of_the_site(under, endpoints):
    endpoints(collections_enabled=True)
    service = under(PathDelegate)
    (item,) = service.get("/iiif/presentation/3/collection").json()["items"]
    assert item["id"].endswith("/iiif/presentation/3/ark:card.png/manifest")
    assert item["thumbnail"][0]["id"].endswith("/iiif/3/ark:card.png/full/!200,200/0/default.jpg")
    for address in (item["id"], item["thumbnail"][0]["id"]):
        assert service.get(address.removeprefix("http://testserver")).status_code == 200


def test_a_name_that_reads_as_something_else_is_written_with_its_page():
    grammar = StandardGrammar(";", "__")
    names = ("a/b.tif", "x;5", "x;00:01:00", "x;1:2", "x;0", "x;y")
    assert [unquote(grammar.naming(name)) for name in names] == [
        "a__b.tif", "x;5;1", "x;00:01:00;1", "x;1:2;1", "x;0;1", "x;y",
    ]  # fmt: skip
    for name in names[1:]:
        assert grammar.read(unquote(grammar.naming(name))).identifier.value == name
