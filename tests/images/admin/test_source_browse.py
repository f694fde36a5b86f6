"""The page that shows what a source has."""

from __future__ import annotations

import io
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from PIL import Image

from images.admin import source_folder
from images.runtime import keeper
from overlays.models import Overlay
from sources.backends.filesystem import FilesystemSource
from sources.models import AnswersFor, LookupKind, Source
from tests.images.conftest import draw_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(service):
    return Source.objects.get(name="FilesystemSource")


@pytest.fixture
def browse(admin_client, row):
    def visit(tested=None, **asked):
        keeper.forget()
        answer = admin_client.get(reverse("admin:iiif_sources_source_browse", args=[(tested or row).pk]), asked)
        assert answer.status_code == 200
        visit.html = answer.content.decode()
        return answer.context["page"]

    return visit


def names(page):
    return [item.name for item in page.items]


def asked_by(query):
    return {name: values[0] for name, values in parse_qs(query).items()}


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(source_folder, "PAGE", 3)


def test_images_and_folders_stand_in_natural_order(browse, service):
    for name in ("page10.png", "page2.png", "maps/a.png"):
        service.draw(name)
    (service.folder / "notes.txt").write_text("no image")
    page = browse()
    assert names(page) == ["card.png", "maps", "page2.png", "page10.png"]
    assert [item.is_folder for item in page.items] == [False, True, False, False]


def test_a_folder_leads_on_and_back(browse, service):
    service.draw("maps/old/a.png")
    folder = browse().items[1]
    inside = browse(**asked_by(folder.query))
    assert names(inside) == ["old"]
    deepest = browse(**asked_by(inside.items[0].query))
    assert [item.identifier for item in deepest.items] == ["maps/old/a.png"]
    assert 'browse/?folder=maps">maps</a>' in browse.html
    assert '<span aria-current="page">old</span>' in browse.html


def test_a_long_folder_comes_page_by_page(browse, service, small_pages):
    for number in range(7):
        service.draw(f"page{number}.png")
    seen, page = [], browse()
    seen += names(page)
    while page.next_query:
        page = browse(**asked_by(page.next_query))
        assert len(page.items) <= 3
        seen += names(page)
    assert seen == ["card.png", *(f"page{number}.png" for number in range(7))]


def test_a_search_looks_at_names_alone_and_at_no_capitals(browse, service, small_pages):
    for name in ("Karte 1.png", "karte 2.png", "KARTE 3.png", "Karte 4.png", "plan.png"):
        service.draw(name)
    page = browse(text="karte")
    assert names(page) == ["Karte 1.png", "karte 2.png", "KARTE 3.png"]
    assert names(browse(**asked_by(page.next_query))) == ["Karte 4.png"]


def test_accents_are_found_however_they_are_encoded(browse, service):
    service.draw("Ka\u0308se.png")
    assert len(browse(text="k\u00e4se").items) == 1


def test_a_search_without_time_says_that_it_did_not_see_everything(browse, monkeypatch):
    monkeypatch.setattr(source_folder, "SEARCH_SECONDS", -1.0)
    page = browse(text="card")
    assert (names(page), page.sentence.partition(":")[0]) == ([], "The folder is large")


@pytest.mark.parametrize(
    "name",
    ["Käse & Brot.png", "a+b=c;d,e.png", "100%.png", "a#b?c.png", "<b>'\"x.png", "図 1.png", "{a}.png", "x;5.png"],
)
def test_any_name_works_in_every_link(browse, service, admin_client, name):
    (service.folder / "card.png").unlink()
    service.draw(name)
    [item] = browse().items
    assert item.identifier == name
    assert service.get(urlsplit(item.links.info).path).status_code == 200
    assert service.get(item.links.requests).status_code == 200
    assert service.get(item.links.viewer).status_code == 200
    assert service.get(urlsplit(item.links.manifest).path).status_code == 200
    sources = [text.split('"')[0] for text in unescape(browse.html.replace("&quot;", "%22")).split('src="')[1:]]
    [picture] = [source for source in sources if "/picture/" in source]
    assert admin_client.get(picture).status_code == 200


def test_a_name_that_ends_like_a_page_is_asked_for_with_its_page(browse, service):
    service.draw("maps;2/x.png")
    service.folder.joinpath("maps;2/x.png").rename(service.folder / "y.png;2.png")
    item = next(item for item in browse().items if item.name == "y.png;2.png")
    assert item.identifier == "y.png;2.png"
    assert source_folder.as_typed("scan.tif;2", ";") == "scan.tif;2;1"


def test_a_statement_says_why_it_cannot_be_listed(browse, service):
    options = {"alias": "scans", "statement": "SELECT scan FROM scans WHERE number = :key"}
    page = browse(Source.objects.create(name="Rows", kind="database", options=options))
    assert page.items == ()
    assert page.sentence.endswith("Name a table to list them. Test it with an identifier.")


def test_a_source_that_is_switched_off_shows_its_images_to_staff_alone(browse, row, admin_client, service):
    row.enabled = False
    row.save()
    [item] = browse().items
    assert item.links is None
    assert "switched off" in browse.html
    assert picture(admin_client, row, item).size == (240, 160)


def picture(client, row, item):
    answer = client.get(reverse("admin:iiif_sources_source_picture", args=[row.pk]), {"identifier": item.identifier})
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_a_picture_is_that_of_this_source_and_not_of_an_earlier_one(browse, row, admin_client, service):
    draw_card().convert("L").save(service.folder.parent / "samples" / "card.png")
    samples = Source.objects.get(name="Samples")
    keeper.forget()
    red, grey = (picture(admin_client, one, browse(one).items[0]).getpixel((10, 10)) for one in (row, samples))
    assert red[0] > red[1] + 100
    assert max(grey) - min(grey) < 10


def test_a_picture_hides_what_is_hidden(browse, row, admin_client):
    Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "0,0,150,100"})
    assert max(picture(admin_client, row, browse().items[0]).getpixel((40, 40))) < 20


def test_a_picture_that_is_known_is_not_sent_again(row, admin_client):
    address = reverse("admin:iiif_sources_source_picture", args=[row.pk])
    first = admin_client.get(address, {"identifier": "card.png"})
    again = admin_client.get(address, {"identifier": "card.png"}, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert "private" in first["Cache-Control"]


def test_an_image_that_cannot_be_shown_says_so_in_its_picture(row, admin_client, service):
    (service.folder / "damaged.png").write_bytes(b"nothing <&> of an image")
    address = reverse("admin:iiif_sources_source_picture", args=[row.pk])
    answer = admin_client.get(address, {"identifier": "damaged.png"})
    assert (answer.status_code, answer["Content-Type"]) == (501, "image/svg+xml")
    assert b"is not an image" in b" ".join(answer.content.replace(b"<", b" <").split())


def test_small_images_are_not_enlarged(row, admin_client, service, endpoints):
    endpoints(oversized_box="refuse", restricts_to_sizes=True)
    service.draw("tiny.png", draw_card((30, 20)))
    answer = admin_client.get(reverse("admin:iiif_sources_source_picture", args=[row.pk]), {"identifier": "tiny.png"})
    assert Image.open(io.BytesIO(answer.content)).size == (30, 20)


def test_a_prefix_stands_in_front_of_the_identifier(browse, row):
    row.answers_for, row.identifier_prefix, row.lookup_suffix = AnswersFor.PREFIX, "maps/", ".png"
    row.save()
    [item] = browse().items
    assert item.identifier == "maps/card"


def test_a_template_tells_no_identifier(browse, row):
    row.lookup, row.lookup_template = LookupKind.TEMPLATE, "{hash:2}/{identifier}"
    row.save()
    assert [item.identifier for item in browse().items] == [""]
    assert "cannot be told from their names" in browse.html


def test_a_kind_that_cannot_list_says_so(browse):
    web = Source.objects.create(name="Web", kind="http", options={"base_url": "https://images.example.org/"})
    page = browse(web)
    assert page.sentence == "A source of the kind HTTP cannot tell which images it has. Test it with an identifier."
    assert not page.is_failure


@pytest.mark.parametrize("folder", ["nowhere", "../samples", "card.png", "a\0b", ".."])
def test_a_folder_that_there_is_not(browse, folder):
    assert browse(folder=folder).sentence == "There is no such folder in this source."


def test_a_source_that_cannot_be_built_says_why(browse, row):
    row.options = {}
    row.save()
    assert browse().is_failure


def test_who_may_only_look_may_browse(client, django_user_model, row):
    user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    client.force_login(user)
    answer = client.get(reverse("admin:iiif_sources_source_browse", args=[row.pk]))
    assert names(answer.context["page"]) == ["card.png"]
    assert answer.context["upload_form"] is None


def test_a_large_folder_is_read_once_for_a_page(browse, monkeypatch, service):
    looks = []
    original = FilesystemSource.search
    monkeypatch.setattr(FilesystemSource, "search", lambda self, *given: looks.append(given) or original(self, *given))
    for number in range(60):
        service.draw(f"{number}.png", draw_card((4, 4)))
    assert len(browse().items) == source_folder.PAGE
    assert len(looks) == 1


def test_pictures_wait_until_they_are_seen(browse):
    browse()
    assert browse.html.count("<img") == browse.html.count('loading="lazy"') == 1
