"""The admin's pages on one source, as somebody of the staff uses them."""

from __future__ import annotations

import re

import pytest

from iiifserver.testing.drawing import drawn, encoded
from tests.browser.test_pages import (  # noqa: F401 - fixtures too
    axe,
    grave_faults,
    only_the_page_failed,
    open_audited,
    settled,
    sign_in,
)
from tests.live import live_server, share_samples


@pytest.fixture(scope="module")
def site(tmp_path_factory, drawn_samples):
    home = tmp_path_factory.mktemp("source-pages") / "home"
    share_samples(drawn_samples, home)
    with live_server(home) as server:
        maps = server.home / "images" / "maps"
        maps.mkdir()
        for name in ("Käse & Brot; 100%.png", "page2.png", "page10.png"):
            (maps / name).write_bytes(encoded(drawn(120, 80)))
        yield server


@pytest.fixture
def admin(open_page, site):
    """The list of sources, for somebody who has signed in."""
    page = open_page(f"{site.url}/admin/iiif_sources/source/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", site.password)
    page.press("#id_password", "Enter")
    page.wait_for_selector("#result_list")
    return page


def test_a_source_is_tested_from_the_list(admin):
    admin.get_by_role("link", name="Test FilesystemSource").click()
    admin.get_by_label("Identifier").fill("maps/Käse & Brot; 100%.png")
    admin.keyboard.press("Enter")
    admin.get_by_role("heading", name="It works").wait_for()
    rows = admin.locator("#content tbody tr").all()
    assert [row.locator("th").inner_text() for row in rows][-1] == "First picture"
    assert {row.locator("td").first.inner_text() for row in rows} == {"right"}
    assert admin.get_by_alt_text("The whole image, small").evaluate("image => image.naturalWidth") == 120


def test_a_failure_says_what_to_change(admin):
    admin.get_by_role("link", name="FilesystemSource", exact=True).click()
    admin.get_by_role("link", name="Test this source").click()
    admin.get_by_label("Identifier").fill("maps/PAGE2.png")
    admin.get_by_role("button", name="Test").click()
    admin.get_by_role("heading", name="It does not work").wait_for()
    assert "There is “page2.png”." in admin.locator("#content tbody tr").last.inner_text()
    assert "What to change:" in admin.locator("#content tbody tr").last.inner_text()


def test_images_are_found_by_folder_and_name_and_lead_to_the_viewer(admin):
    admin.get_by_role("link", name="Browse FilesystemSource").click()
    admin.get_by_role("link", name="Folder maps").click()
    admin.get_by_label("Name contains").fill("KÄSE")
    admin.keyboard.press("Enter")
    admin.get_by_text("Käse & Brot; 100%.png", exact=True).wait_for()
    assert admin.locator(".iiif-images li").count() == 1
    picture = admin.get_by_alt_text("Käse & Brot; 100%.png")
    admin.wait_for_function("() => document.querySelector('.iiif-picture img').naturalWidth === 120")
    assert picture.is_visible()
    admin.get_by_role("link", name="Test: Käse & Brot; 100%.png").click()
    admin.get_by_role("heading", name="It works").wait_for()
    admin.go_back()
    admin.get_by_role("link", name="Viewer: Käse & Brot; 100%.png").click()
    admin.wait_for_url(re.compile("/viewer[?]iiif="))


def test_an_image_is_uploaded_and_replaced_only_when_that_is_ticked(admin, site, tmp_path):
    admin.get_by_role("link", name="FilesystemSource", exact=True).click()
    admin.get_by_label("Accepts uploads").check()
    admin.get_by_role("button", name="Save and continue editing").click()
    admin.locator(".messagelist .success").wait_for()
    admin.get_by_role("link", name="Browse", exact=True).click()
    picture = tmp_path / "Blatt 1.png"
    picture.write_bytes(encoded(drawn(90, 60)))
    send(admin, picture)
    admin.get_by_text("“Blatt 1.png” is there.").wait_for()
    admin.wait_for_function("() => document.querySelector(`img[alt='Blatt 1.png']`).naturalWidth === 90")
    picture.write_bytes(encoded(drawn(60, 90)))
    admin.get_by_label("Replace what is there").check()
    send(admin, picture)
    admin.get_by_text("“Blatt 1.png” is there.").wait_for()
    admin.wait_for_function("() => document.querySelector(`img[alt='Blatt 1.png']`).naturalWidth === 60")


def test_everybody_can_upload_and_read_what_was_wrong(admin, site, open_audited, tmp_path):  # noqa: F811
    admin.get_by_role("link", name="FilesystemSource", exact=True).click()
    admin.get_by_label("Accepts uploads").check()
    admin.get_by_role("button", name="Save and continue editing").click()
    page = open_audited(width=390)
    sign_in(page, site)
    page.goto(f"{site.url}/admin/iiif_sources/source/1/browse/")
    assert grave_faults(settled(page)) == []
    text = tmp_path / "no image.png"
    text.write_text("no image")
    send(page, text)
    page.locator(".errorlist, .iiif-broken").first.wait_for()
    assert grave_faults(settled(page)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    only_the_page_failed(page)


def send(page, path):
    page.get_by_label("Image:").set_input_files(path)
    page.get_by_role("button", name="Upload").click()


@pytest.mark.parametrize("address", ["test/?identifier=maps/page2.png", "test/", "browse/?folder=maps", "browse/"])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_and_everything_has_a_name(admin, site, address, width):
    admin.set_viewport_size({"width": width, "height": 800})
    admin.goto(f"{site.url}/admin/iiif_sources/source/1/{address}")
    admin.wait_for_load_state("networkidle")
    assert admin.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    unnamed = admin.evaluate(
        """() => [...document.querySelectorAll("#content a, #content input:not([type=hidden]), #content img")].filter(
            (one) => !(one.labels?.length || one.ariaLabel || one.alt || one.value || one.textContent.trim()
                || one.querySelector("img[alt]"))).map((one) => one.outerHTML)"""
    )
    assert unnamed == []
