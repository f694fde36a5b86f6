"""The site's delegate, as visitors of the image service meet it."""

from __future__ import annotations

import io
import logging
import threading

import pytest
from PIL import Image

from iiifserver.delegates import Context, Crop, Delegate, Encode, Mirror, Rotate, Scale
from iiifserver.iiif.values import Extent
from overlays.models import Overlay
from processors.models import OutputSettings
from sources.models import Source
from tests.images.conftest import picture

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"
PATHS = [IMAGE, INFO, "/iiif/3/card.png", "/iiif/2/card.png/full/100,/0/default.jpg"]


def saying(method: str, answer: object) -> type[Delegate]:
    return type("Site", (Delegate,), {method: lambda self: answer})


def noting(seen: list[Context], *methods: str) -> type[Delegate]:
    def note(self: Delegate) -> bool:
        seen.append(self.context)
        return True

    return type("Site", (Delegate,), dict.fromkeys(methods, note))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("answer", "status"), [(False, 403), ({"status_code": 410}, 410), ({"status_code": 401, "challenge": "Basic"}, 401)]
)
def test_who_is_refused_learns_nothing_of_the_image(under, path, answer, status):
    """Parity 11.18."""
    response = under(saying("pre_authorize", answer)).get(path)
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert b"300" not in response.content
    assert "ETag" not in response


def test_a_challenge_is_sent(under):
    """Parity 11.32."""
    response = under(saying("pre_authorize", {"status_code": 401, "challenge": 'Basic realm="maps"'})).get(IMAGE)
    assert response["WWW-Authenticate"] == 'Basic realm="maps"'


@pytest.mark.parametrize("path", PATHS)
def test_a_visitor_can_be_sent_elsewhere(under, path):
    response = under(saying("pre_authorize", {"status_code": 303, "location": "https://example.org/"})).get(path)
    assert (response.status_code, response["Location"]) == (303, "https://example.org/")
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "rest"), [(IMAGE, "full/100,/0/default.jpg"), (INFO, "info.json")])
def test_a_visitor_can_be_given_the_smaller_image_alone(under, path, rest):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    service = under(saying("pre_authorize", answer))
    response = service.get(path)
    assert (response.status_code, response["Location"]) == (302, f"http://testserver/iiif/3/card.png;1:2/{rest}")


@pytest.mark.parametrize("scale", ["1:2", "1:4"])
def test_who_asks_for_that_scale_or_less_is_let_in(under, scale):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 2}
    assert under(saying("pre_authorize", answer)).get(f"/iiif/3/card.png;{scale}/info.json").status_code == 200


def test_the_page_stays_in_the_address_of_the_smaller_image(under):
    answer = {"status_code": 302, "scale_numerator": 1, "scale_denominator": 3}
    response = under(saying("pre_authorize", answer)).get("/iiif/3/card.png;1;1:2/info.json")
    assert response["Location"] == "http://testserver/iiif/3/card.png;1;1:3/info.json"


def test_no_source_is_asked_for_who_is_refused_first(under, monkeypatch):
    service = under(saying("pre_authorize", False))
    monkeypatch.delattr("sources.runtime.Sources.find")
    assert service.get(INFO).status_code == 403


def test_authorize_is_asked_of_images_and_not_of_information(under):
    service = under(saying("authorize", False))
    assert [service.get(IMAGE).status_code, service.get(INFO).status_code] == [403, 200]


def test_authorize_is_asked_for_what_is_in_a_cache_too(under, service):
    etag = service.get(IMAGE)["ETag"]
    assert under(saying("authorize", False)).get(IMAGE, if_none_match=etag).status_code == 403


def test_the_context_tells_who_asks_for_what(under):
    seen: list[Context] = []
    service = under(noting(seen, "pre_authorize"))
    service.get("/iiif/3/card.png;1;1:2/info.json?a=b", cookie="tour=on", x_reader="me")
    (context,) = seen
    assert (context.identifier, context.page_number, context.scale_constraint) == ("card.png", 1, (1, 2))
    assert (context.client_ip, context.api_version, context.user_id) == ("127.0.0.1", 3, None)
    assert (context.cookies["tour"], context.request_headers["X-READER"]) == ("on", "me")
    assert context.request_uri == "http://testserver/iiif/3/card.png;1;1:2/info.json?a=b"
    assert (context.full_size, context.operations, context.resulting_size) == (None, None, None)


def test_the_context_tells_who_has_signed_in(under, admin_user, django_user_model):
    seen: list[Context] = []
    service = under(noting(seen, "pre_authorize"))
    service.client.force_login(admin_user)
    service.get(INFO)
    assert seen[0].user_id == str(admin_user.pk)


def test_the_context_is_complete_when_the_answer_is_known(under):
    """Parity 11.33 and 11.34: the size that results is that of the rotated picture's bounding box."""
    seen: list[Context] = []
    response = under(noting(seen, "authorize")).get("/iiif/3/card.png/10,20,100,50/50,/!45/gray.png")
    (context,) = seen
    assert (context.full_size, context.page_count, context.source_format) == (Extent(300, 200), 1, "png")
    assert context.operations is not None
    assert [type(operation).__name__ for operation in context.operations] == [
        "Crop", "Scale", "Mirror", "Rotate", "ChangeColor", "Encode",
    ]  # fmt: skip
    assert context.operations[:2] == (Crop(x=10, y=20, width=100, height=50), Scale(width=50, height=25))
    assert (context.output_format, context.resulting_size) == ("image/png", Extent(*picture(response).size))


def test_operations_that_change_nothing_are_left_out(under):
    seen: list[Context] = []
    under(noting(seen, "authorize")).get("/iiif/3/card.png/full/max/0/default.jpg")
    assert seen[0].operations == (Encode(format="jpg"),)


def test_one_instance_serves_one_request(under):
    class Site(Delegate):
        asked = 0

        def pre_authorize(self) -> bool:
            self.asked += 1
            return True

        def authorize(self) -> bool:
            return self.asked == 1

    service = under(Site)
    assert [service.get(IMAGE).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize("method", ["pre_authorize", "authorize", "source", "redactions"])
def test_what_fails_closes_the_image_and_is_logged(under, method, caplog):
    def fail(self: Delegate) -> None:
        raise ValueError("a bug of the site")

    service = under(type("Site", (Delegate,), {method: fail}))
    with caplog.at_level(logging.ERROR, "iiifserver.delegates"):
        response = service.get(IMAGE)
    assert (response.status_code, b"bug" in response.content) == (503, False)
    assert "a bug of the site" in caplog.text


@pytest.mark.parametrize("method", ["pre_authorize", "authorize"])
def test_what_returns_nothing_closes_the_image(under, method):
    assert under(saying(method, None)).get(IMAGE).status_code == 503


def test_what_takes_too_long_closes_the_image(under):
    gate = threading.Event()
    service = under(type("Site", (Delegate,), {"pre_authorize": lambda self: gate.wait()}), timeout_seconds=0.02)
    assert service.get(IMAGE).status_code == 503
    gate.set()


def test_a_delegate_that_cannot_be_loaded_closes_every_image(service, fence, tmp_path):
    fence(DELEGATE=f"{tmp_path}/none.py:Site")
    assert [service.get(path).status_code for path in PATHS] == [503] * 4
    fence(DELEGATE=None)
    assert service.get(IMAGE).status_code == 200


def test_a_delegate_is_named_in_the_fence(service, fence, tmp_path):
    file = tmp_path / "site.py"
    file.write_text(
        "from iiifserver.delegates import Delegate\n"
        "class Site(Delegate):\n    def pre_authorize(self):\n        return self.context.identifier != 'card.png'\n"
    )
    service.draw("open.png")
    fence(DELEGATE=f"{file}:Site")
    assert [service.get(path).status_code for path in (INFO, "/iiif/3/open.png/info.json")] == [403, 200]


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize(("depends", "visibility"), [(True, "private, no-cache"), (False, "public")])
def test_answers_for_one_visitor_are_kept_from_others(under, path, depends, visibility):
    site = type("Site", (Delegate,), {"pre_authorize": lambda self: True, "depends_on_visitor": depends})
    assert under(site).get(path)["Cache-Control"].startswith(visibility)


def test_the_delegate_names_the_source(under, tmp_path):
    other = tmp_path / "home" / "images" / "other"
    other.mkdir()
    Source.objects.create(name="Other", kind="filesystem", position=99, options={"path_prefix": str(other)})
    service = under(saying("source", "Other"))
    assert service.get(INFO).status_code == 404
    service.draw("other/card.png")
    assert service.get(INFO).status_code == 200


def test_a_source_that_there_is_not_is_unavailable(under):
    assert under(saying("source", "Nowhere")).get(INFO).status_code == 503


@pytest.mark.parametrize(
    ("location", "status"),
    [("deep/er.png", 200), ("{folder}/deep/er.png", 200), (None, 404), ("missing.png", 404), ("/etc/passwd", 404)],
)
def test_the_delegate_looks_an_image_up(under, service, location, status):
    service.draw("deep/er.png")
    Source.objects.filter(name="FilesystemSource").update(lookup="delegate")
    answer = location.format(folder=service.folder) if location else None
    assert under(saying("filesystemsource_pathname", answer)).get("/iiif/3/anything/info.json").status_code == status


def test_a_lookup_that_fails_closes_the_image(under):
    Source.objects.filter(name="FilesystemSource").update(lookup="delegate")
    assert under(saying("filesystemsource_pathname", 5)).get(INFO).status_code == 503


@pytest.mark.parametrize(
    ("version", "method"), [(2, "extra_iiif2_information_response_keys"), (3, "extra_iiif3_information_response_keys")]
)
def test_extra_keys_stand_in_the_information_of_their_version(under, version, method):
    extra = {"attribution": "Museum", "width": 5, "@id": "x", "id": "x"}
    service = under(saying(method, extra))
    document, other = service.info("card.png", version), service.info("card.png", 5 - version)
    assert (document["attribution"], document["width"]) == ("Museum", 300)
    assert "x" not in document.values()
    assert "attribution" not in other


def test_extra_keys_that_fail_are_left_out(under):
    assert under(saying("extra_iiif3_information_response_keys", None)).get(INFO).status_code == 200


def test_what_the_delegate_hides_is_covered(under):
    seen = under(saying("redactions", [])).get(IMAGE)
    hidden = under(saying("redactions", [{"x": 0, "y": 0, "width": 60, "height": 60}])).get(IMAGE)
    assert seen["ETag"] != hidden["ETag"]
    before, after = (picture(answer).convert("L").getpixel((5, 5)) for answer in (seen, hidden))
    assert before > 40
    assert after < 5


def test_operations_are_told_with_their_angle(under):
    seen: list[Context] = []
    under(noting(seen, "authorize")).get("/iiif/3/card.png/full/max/!90/default.jpg")
    assert seen[0].operations == (Mirror(), Rotate(degrees=90.0), Encode(format="jpg"))


def test_without_a_delegate_no_question_is_asked(service, monkeypatch):
    monkeypatch.delattr("iiifserver.delegates.consultation.SiteDelegate.begin")
    monkeypatch.setattr("images.consulting.context_of", None)
    for name in ("pipeline.with_site_overlays", "pipeline.site_xmp", "looking_up.metadata_of"):
        monkeypatch.delattr(f"images.{name}")
    assert [service.get(path).status_code for path in PATHS] == [200, 200, 303, 200]


@pytest.mark.parametrize(
    "wish", [{"string": "Archive", "color": "white"}, {"image": "{logo}", "position": "center", "inset": 0}]
)
def test_the_delegate_draws_on_the_answer(under, tmp_path, wish):
    """Parity 7.1."""
    logo = tmp_path / "logo.png"
    Image.new("RGB", (40, 20), "white").save(logo)
    wish = {key: value.format(logo=logo) if isinstance(value, str) else value for key, value in wish.items()}
    plain, marked = under(saying("overlay", None)).get(IMAGE), under(saying("overlay", wish)).get(IMAGE)
    before, after = (picture(answer).convert("L").getextrema()[1] for answer in (plain, marked))
    assert (before < 230, after > 240, plain["ETag"] == marked["ETag"]) == (True, True, False)


def test_equal_wishes_are_one_picture_and_others_another(under):
    etags = [under(saying("overlay", {"string": text})).get(IMAGE)["ETag"] for text in ("a", "a", "b")]
    assert (etags[0] == etags[1], etags[0] == etags[2]) == (True, False)


def test_nothing_to_draw_leaves_the_picture_as_it_is(under, service):
    """Parity 11.32."""
    etag = service.get(IMAGE)["ETag"]
    assert under(saying("overlay", None)).get(IMAGE)["ETag"] == etag


def test_the_delegate_draws_above_the_rows(under, service, tmp_path):
    logo = tmp_path / "logo.png"
    Image.new("RGB", (400, 400), "white").save(logo)
    options = {"text": "Row", "size": 60, "position": "center"}
    Overlay.objects.create(name="Row", kind="text", position=1, options=options)
    covered = under(saying("overlay", {"image": str(logo), "position": "center"})).get(IMAGE)
    assert picture(covered).convert("L").getextrema() == (255, 255)


def test_a_picture_of_the_delegate_goes_without_a_time_of_its_last_change(under):
    """Another answer of the delegate would not change that time."""
    assert "Last-Modified" not in under(saying("overlay", None)).get(IMAGE)
    assert "Last-Modified" in under(saying("pre_authorize", True)).get(IMAGE)


def failing(self: Delegate) -> None:
    raise ValueError("a bug of the site")


WRONG = [failing, lambda self: "Archive", lambda self: {"string": "a", "font": "No Such Font"}]


@pytest.mark.parametrize("overlay", WRONG, ids=["fails", "returns nonsense", "cannot be drawn"])
@pytest.mark.parametrize(("requires", "status"), [(False, 200), (True, 503)])
def test_an_overlay_that_fails_is_logged_and_refuses_where_it_is_required(under, overlay, requires, status, caplog):
    service = under(type("Site", (Delegate,), {"overlay": overlay, "requires_overlay": requires}))
    with caplog.at_level(logging.ERROR):
        assert service.get(IMAGE).status_code == status
    assert "overlay" in caplog.text


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="{source}"/>'
    "</rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "webp"])
def test_the_delegate_writes_what_a_picture_says_of_itself(under, extension):
    """Parity 7.3."""
    service = under(saying("metadata", XMP.format(source="https://museum.example/7")))
    response = service.get(f"/iiif/3/card.png/full/max/0/default.{extension}")
    if response.status_code == 400:
        pytest.skip(f"{extension} is not written here.")
    assert b"https://museum.example/7" in picture_bytes(response)


def picture_bytes(response) -> bytes:
    """The XMP in an answer, in whatever form the format has it."""
    image = Image.open(io.BytesIO(response.content))
    image.load()
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or image.tag_v2.get(700)  # type: ignore[attr-defined]
    return found.encode() if isinstance(found, str) else bytes(found)


def test_what_the_delegate_writes_goes_before_what_the_settings_say(under):
    row = OutputSettings.current()
    row.credit = "City Library"
    row.save()
    own = under(saying("metadata", None)).get(IMAGE)
    other = under(saying("metadata", XMP.format(source="x"))).get(IMAGE)
    assert (b"City Library" in picture_bytes(own), b"City Library" in picture_bytes(other)) == (True, False)
    assert b"City Library" in other.content, "IPTC stays with the settings"


def test_other_words_are_another_picture(under):
    etags = [under(saying("metadata", XMP.format(source=text))).get(IMAGE)["ETag"] for text in ("a", "a", "b")]
    assert (etags[0] == etags[1], etags[0] == etags[2]) == (True, False)


@pytest.mark.parametrize(
    "path", ["/iiif/3/card.png/0,0,50,50/max/0/default.jpg", "/iiif/3/card.png/full/max/0/default.gif"]
)
def test_a_part_of_an_image_says_nothing_and_nobody_is_asked(under, path):
    asked: list[str] = []
    service = under(type("Site", (Delegate,), {"metadata": lambda self: asked.append("metadata")}))
    assert (service.get(path).status_code, asked) == (200, [])


HOSTILE = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + XMP.format(source="&a;")


@pytest.mark.parametrize(
    "metadata",
    [failing, lambda self: 5, lambda self: "<x", lambda self: "<x/>", lambda self: HOSTILE, lambda self: "\ud800"],
    ids=["fails", "number", "not well-formed", "no RDF", "declares an entity", "no Unicode"],
)
def test_words_that_cannot_be_written_are_left_out_and_logged(under, service, metadata, caplog):
    etag = service.get(IMAGE)["ETag"]
    with caplog.at_level(logging.ERROR, "iiifserver.delegates"):
        response = under(type("Site", (Delegate,), {"metadata": metadata})).get(IMAGE)
    assert (response.status_code, response["ETag"]) == (200, etag)
    assert caplog.records


def test_the_context_tells_what_the_file_says_of_itself(under, service):
    exif = Image.Exif()
    exif[0x013B] = "A. Painter"
    service.draw("signed.png", exif=exif.tobytes())

    def overlay(self: Delegate) -> dict[str, object]:
        assert self.context.metadata is not None
        return {"string": self.context.metadata.exif["Artist"]}

    service = under(type("Site", (Delegate,), {"overlay": overlay, "requires_overlay": True}))
    assert service.get("/iiif/3/signed.png/full/100,/0/default.jpg").status_code == 200
    assert service.get(IMAGE).status_code == 503, "this one is not signed"


def test_words_that_nobody_looks_at_are_not_read(under, monkeypatch):
    monkeypatch.delattr("images.site_additions.fields_of")
    assert under(noting([], "authorize")).get(IMAGE).status_code == 200
