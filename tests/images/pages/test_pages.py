"""The pages as a visitor without a browser gets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from images.models import HttpSettings
from images.runtime import keeper
from images.samples import SAMPLES
from tests.images.conftest import draw_card

INFO = "http://testserver/iiif/3/card.png/info.json"
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</textarea><script>alert(1)</script>",
    "{{ 7|add:7 }}{% debug %}",
    "javascript:alert(1)",
]


@pytest.fixture
def samples(service, tmp_path):
    """The sample images by name, small ones."""
    for sample in SAMPLES:
        service.draw(sample.name)
    return service


@pytest.fixture
def allow(service):
    """Has staff allow other servers in the viewer."""

    def change(hosts):
        row = HttpSettings.current()
        row.viewer_hosts = hosts
        row.full_clean()
        row.save()
        keeper.forget()

    return change


class Page(HTMLParser):
    """The elements of a page, as a browser would find them."""

    def __init__(self, response):
        super().__init__()
        self.elements = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))


def links(response):
    return [value for _, found in Page(response).elements for name, value in found.items() if name in {"href", "src"}]


def assert_harmless(response):
    """What came from the address stands in the page only as text."""
    for tag, attributes in Page(response).elements:
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert not any(name.startswith("on") for name in attributes)
        address = attributes.get("href") or attributes.get("src") or "/"
        assert address.startswith(("/", "#", "https://iiif.io/", "http://testserver/"))
    assert "14" not in re.findall(r'value="([^"]*)"', response.content.decode())


# Landing


def test_the_front_page_leads_to_everything(samples):
    found = links(samples.get("/"))
    for wanted in ("/iiif/3", "/iiif/2", "/viewer", "/admin/", "/health"):
        assert wanted in found
    for sample in SAMPLES:
        assert f"/iiif/3/{sample.name}/info.json" in found
        assert f"/iiif/3?identifier={sample.name}" in found
        assert f"/viewer?iiif=http://testserver/iiif/3/{sample.name}/info.json" in found


def test_the_front_page_says_which_version_runs(service):
    import iiifserver

    assert iiifserver.__version__ in service.get("/").content.decode()


def test_samples_that_are_not_there_are_not_shown(service):
    page = service.get("/").content.decode()
    assert "Tessellated" not in page


def test_the_front_page_links_to_the_version_that_is_switched_on(samples, endpoints):
    endpoints(version_3_enabled=False)
    found = links(samples.get("/"))
    assert "/iiif/3" not in found
    assert "/iiif/2/alpha.png/info.json" in found


def test_the_front_page_works_with_every_version_switched_off(samples, endpoints):
    endpoints(version_3_enabled=False, version_2_enabled=False)
    assert samples.get("/").status_code == 200


# Sample requests


@pytest.mark.parametrize("address", ["/iiif/2", "/iiif/2/", "/iiif/3", "/iiif/3/"])
def test_each_version_has_its_page(service, address):
    response = service.get(address)
    assert response.status_code == 200
    assert b'name="identifier"' in response.content


def test_a_version_that_is_switched_off_says_so(service, endpoints):
    endpoints(version_2_enabled=False)
    response = service.get("/iiif/2/?identifier=card.png")
    assert response.status_code == 404
    assert b"Version 2 of the Image API is switched off on this server." in response.content


@pytest.mark.parametrize("version", [2, 3])
def test_every_link_of_an_image_works(service, version):
    response = service.get(f"/iiif/{version}/?identifier=card.png")
    assert response.status_code == 200
    to_images = {link for link in links(response) if link.startswith(f"/iiif/{version}/card.png/")}
    assert len(to_images) > 15
    for link in to_images:
        assert service.get(link).status_code == 200, link


def test_the_address_of_an_image_still_leads_to_its_info(service):
    response = service.get("/iiif/3/card.png")
    assert response.status_code == 303
    assert response["Location"] == INFO


@pytest.mark.parametrize("name", ["a folder/über & <b>.png", "50%25 off?#1.png", "a+b;2.png"])
def test_any_identifier_is_linked_as_it_must_be(service, name):
    service.draw(name)
    response = service.get(f"/iiif/3?identifier={quote(name, safe='')}")
    assert response.status_code == 200
    picture = next(link for link in links(response) if "/full/" in link)
    assert service.get(picture).status_code == 200
    viewer = next(link for link in links(response) if link.startswith("/viewer?"))
    assert service.get(viewer).status_code == 200


def test_an_identifier_that_nothing_has_is_told(service):
    response = service.get("/iiif/3?identifier=nothing.png")
    assert response.status_code == 404
    assert b'role="alert"' in response.content


@pytest.mark.parametrize("identifier", ["%00", "%0d%0aX: y", "a" * 9000, "..%2F..%2Fetc%2Fpasswd"])
def test_identifiers_that_no_address_may_have_are_refused(service, identifier):
    assert service.get(f"/iiif/3?identifier={identifier}").status_code in {400, 404, 414}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_identifier_is_only_text(service, attack):
    assert_harmless(service.get(f"/iiif/3?identifier={quote(attack, safe='')}"))


def test_a_file_whose_name_is_an_attack_is_only_text(service):
    attack = '"><img src=x onerror=alert(1)>.png'
    service.draw(attack)
    response = service.get(f"/iiif/3?identifier={quote(attack, safe='')}")
    assert response.status_code == 200
    assert_harmless(response)


def test_links_use_the_public_address_and_the_slash_substitute(service, fence):
    service.draw("scans/card.png")
    row = HttpSettings.current()
    row.slash_substitute = "~~"
    row.save()
    fence(PUBLIC_URL="https://images.example.org")
    page = service.get("/iiif/3?identifier=scans/card.png").content.decode()
    assert 'data-copy="https://images.example.org/iiif/3/scans~~card.png/info.json"' in page
    assert 'src="/iiif/3/scans~~card.png/' in page


# Viewer


def test_the_viewer_asks_for_an_image(samples):
    response = samples.get("/viewer")
    assert response.status_code == 200
    assert b'name="iiif"' in response.content


@pytest.mark.parametrize("name", ["openseadragon", "leaflet", "mirador"])
def test_each_viewer_has_its_link(service, installed_viewers, name):
    response = service.get(f"/viewer?iiif={INFO}&viewer={name}")
    assert response.status_code == 200
    assert f'data-viewer="{name}"' in response.content.decode()
    assert f'data-address="{INFO}"' in response.content.decode()


MANIFEST = "http://testserver/iiif/presentation/3/card.png/manifest"


def test_a_manifest_opens_in_mirador(service, installed_viewers):
    page = service.get(f"/viewer?iiif={MANIFEST}").content.decode()
    assert f'data-viewer="mirador" data-address="{MANIFEST}" data-is-manifest' in page
    assert "viewer=leaflet" not in page


def test_a_manifest_opens_in_no_viewer_of_single_images(service, installed_viewers):
    response = service.get(f"/viewer?iiif={MANIFEST}&viewer=leaflet")
    assert response.status_code == 400
    assert "write one of mirador" in response.content.decode()


def test_the_requests_of_an_image_lead_to_its_pages(service, installed_viewers):
    draw_card().save(service.folder / "book.tif", save_all=True, append_images=[draw_card()])
    page = service.get("/iiif/3?identifier=book.tif").content.decode()
    assert f'href="/viewer?iiif={MANIFEST.replace("card.png", "book.tif")}">Leaf through its 2 pages' in page
    assert "Leaf through" not in service.get("/iiif/3?identifier=card.png").content.decode()


def test_an_unknown_viewer_is_refused(service):
    assert service.get(f"/viewer?iiif={INFO}&viewer=flash").status_code == 400


def test_a_viewer_that_is_not_installed_says_so(service, monkeypatch):
    monkeypatch.setattr("images.pages.viewer.is_static", lambda path: False)
    response = service.get(f"/viewer?iiif={INFO}")
    assert response.status_code == 503
    assert "make install" in response.content.decode()


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "where", ["/viewer?iiif={}", f"/viewer?iiif={INFO}&viewer={{}}", "/viewer?iiif=http://testserver/{}/info.json"]
)
def test_the_viewer_s_parameters_are_only_text(service, installed_viewers, where, attack):
    assert_harmless(service.get(where.format(quote(attack, safe=""))))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("javascript:alert(1)", 400),
        ("//testserver/iiif/3/a/info.json", 400),
        ("http://testserver@evil.example/info.json", 400),
        ("http://evil.example/info.json", 403),
        ("https://testserver/info.json", 403),
        ("http://testserver:8080/info.json", 403),
        ("http://TestServer:80/info.json", 200),
    ],
)
def test_the_viewer_shows_images_of_this_server_alone(service, installed_viewers, address, status):
    assert service.get(f"/viewer?iiif={address}").status_code == status


def test_staff_may_allow_other_servers(service, installed_viewers, allow):
    address = "https://other.example/iiif/3/a/info.json"
    assert service.get(f"/viewer?iiif={address}").status_code == 403
    allow("Other.example\nthird.example:8443")
    response = service.get(f"/viewer?iiif={address}")
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    for directive in ("img-src", "connect-src"):
        assert re.search(rf"{directive} [^;]*\bother\.example third\.example:8443(;|$)", policy)


NO_HOSTS = ["https://a.example", "*", "*.example", "a.example;", "[::1]", "a.example:0", "-a.example", "'self'"]


@pytest.mark.parametrize("text", NO_HOSTS)
def test_only_plain_hosts_may_be_allowed(allow, text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        allow(text)


@pytest.mark.parametrize("address", ["/", "/iiif/3", "/viewer", "/health"])
def test_pages_are_only_read(service, address):
    assert service.ask("POST", address).status_code == 405


def test_browsers_that_ask_for_an_icon_find_it(service):
    response = service.get("/favicon.ico")
    assert response.status_code == 302
    assert response["Location"].endswith(".svg")


def test_version_1_has_its_page_where_it_is_served(samples, endpoints):
    assert samples.get("/iiif/1").status_code == 404
    endpoints(version_1_enabled=True, version_2_enabled=False, version_3_enabled=False)
    page = Page(samples.get("/"))
    assert "Image API 1.1" in samples.get("/").content.decode()
    pictures = [attributes["src"] for tag, attributes in page.elements if tag == "img" and "full" in attributes["src"]]
    assert pictures
    assert all(samples.get(address).status_code == 200 for address in pictures)
    request = samples.get("/iiif/1?identifier=card.png")
    addresses = [address for address in links(request) if address.startswith("/iiif/1/card.png/")]
    assert len(addresses) > 10
    assert all(samples.get(address).status_code == 200 for address in addresses)


def test_images_have_their_manifest_beside_them(samples, endpoints):
    manifest = "http://testserver/iiif/presentation/3/card.png/manifest"
    assert manifest in links(samples.get("/iiif/3?identifier=card.png"))
    assert samples.get(manifest.removeprefix("http://testserver")).status_code == 200
    assert any("/iiif/presentation/3/" in address for address in links(samples.get("/")))
    endpoints(manifests_enabled=False)
    assert not any("presentation" in address for address in links(samples.get("/iiif/3?identifier=card.png")))


def test_links_stay_below_the_path_by_which_visitors_know_the_site(samples):
    row = HttpSettings.current()
    row.public_url = "https://example.org/pictures"
    row.save()
    keeper.forget()
    own = [address for address in links(samples.get("/iiif/3?identifier=card.png")) if "card.png" in address]
    assert own
    assert all(address.removeprefix("https://example.org").startswith("/pictures/") for address in own)
