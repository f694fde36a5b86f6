"""The pages of the site in a real browser: nothing fails, all can use them, and they fit every screen."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageStat

from tests.live import ROOT

pytestmark = pytest.mark.slow

SAMPLE = "{url}/iiif/3/deep-zoom.tif/info.json"
PAGES = {
    "landing": "/",
    "version 2": "/iiif/2",
    "version 3": "/iiif/3",
    "sample requests": "/iiif/3?identifier=deep-zoom.tif",
    "sample requests of version 2": "/iiif/2?identifier=alpha.png",
    "viewer without an image": "/viewer",
    "OpenSeadragon": f"/viewer?iiif={SAMPLE}&viewer=openseadragon",
    "Leaflet": f"/viewer?iiif={SAMPLE}&viewer=leaflet",
    "Mirador": f"/viewer?iiif={SAMPLE}&viewer=mirador",
}
REFUSALS = {
    "no such image": "/iiif/3?identifier=nothing.tif",
    "no such address": "/nothing",
    "foreign image": "/viewer?iiif=https://evil.example/info.json",
    "script for an address": "/viewer?iiif=javascript:alert(1)",
    "markup for an identifier": "/iiif/3?identifier=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
}
SCREENS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]

ADMIN = [
    "",
    "iiif_images/httpsettings/1/change/",
    "iiif_images/endpointsettings/1/change/",
    "iiif_sources/source/add/",
    "iiif_overlays/overlay/add/",
    "auth/user/add/",
    "auth/user/1/change/",
    "password_change/",
    "iiif_images/status/",
    "iiif_images/status/activity/",
    "iiif_images/revision/",
    "iiif_sources/source/",
    "iiif_processors/processor/",
    "iiif_processors/processor/formats/",
    "iiif_processors/outputsettings/1/change/",
    "iiif_caching/cache/",
    "iiif_images/job/",
    "iiif_images/job/warm/",
    "iiif_images/job/purge/",
    "iiif_images/failedfile/",
    "iiif_images/httpsettings/proxies/",
    "iiif_sources/source/1/change/",
    "iiif_sources/source/1/test/?identifier=deep-zoom.tif",
    "iiif_sources/source/1/browse/",
    "iiif_sources/source/1/delete/",
    "iiif_sources/source/1/history/",
    "iiif_images/apisettings/",
    "iiif_images/apitoken/",
    "iiif_images/apitoken/add/",
    "iiif_images/applicationsettings/",
    "iiif_images/decodingsettings/",
    "iiif_images/descriptionlink/add/",
    "iiif_images/maintenancesettings/",
    "iiif_images/slowimage/",
    "iiif_images/slowimage/source/",
    "iiif_images/workingcopysettings/",
    "iiif_caching/cache/add/",
    "iiif_caching/freshnesssettings/",
    "iiif_overlays/overlay/",
    "iiif_processors/formatassignment/add/",
    "iiif_processors/processor/add/",
]


@pytest.fixture(scope="session")
def axe():
    script = ROOT / "images" / "viewers" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip("axe-core is not installed: make install fetches it.")
    return script.read_text(encoding="utf-8")


@pytest.fixture
def open_audited(open_page, axe):
    """Opens pages that axe may look into; for that, and for nothing else, their policy is put aside."""

    def visit(*arguments, **options):
        page = open_page(bypass_csp=True, **options)
        page.add_init_script(axe)
        if arguments:
            page.goto(*arguments)
        return page

    return visit


def address_on(server, path):
    return server.url + path.format(url=server.url)


def settled(page):
    page.wait_for_load_state("networkidle")
    return page


def grave_faults(page):
    """What axe calls serious or critical."""
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]


def sign_in(page, server):
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_pages_work_and_fit(server, open_page, path, scheme, width):
    page = settled(open_page(address_on(server, path), width=width, color_scheme=scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    corner = Image.open(io.BytesIO(page.screenshot(clip={"x": 0, "y": 0, "width": 8, "height": 8}))).convert("L")
    assert (ImageStat.Stat(corner).mean[0] > 128) is (scheme == "light")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_everybody_can_use_the_pages(server, open_audited, path, scheme, width):
    page = settled(open_audited(address_on(server, path), width=width, color_scheme=scheme))
    assert grave_faults(page) == []


@pytest.mark.parametrize("path", REFUSALS.values(), ids=REFUSALS)
def test_everybody_can_use_the_refusals(server, open_audited, path):
    page = settled(open_audited(address_on(server, path), width=390))
    assert grave_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    only_the_page_failed(page)


@pytest.mark.parametrize("path", REFUSALS.values(), ids=REFUSALS)
def test_refusals_load_and_run_nothing(server, open_page, path):
    only_the_page_failed(settled(open_page(address_on(server, path))))


def only_the_page_failed(page):
    """The page's own status is on the record, as an answer and as the browser's remark, and nothing else."""
    assert len(page.watch.faults) == 2, page.watch.faults
    page.watch.faults.clear()


@pytest.mark.parametrize("path", ADMIN)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_admin(server, open_audited, path, scheme):
    page = open_audited(color_scheme=scheme)
    sign_in(page, server)
    page.goto(f"{server.url}/admin/{path}")
    assert grave_faults(settled(page)) == []


def test_the_admin_fits_a_narrow_screen(server, open_page):
    page = open_page(width=390)
    sign_in(page, server)
    widths = {}
    for path in ADMIN:
        page.goto(f"{server.url}/admin/{path}")
        widths[path] = settled(page).evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > 390} == {}


CARDS = (
    "iiif_images/job/",
    "iiif_images/slowimage/",
    "iiif_caching/cache/",
    "iiif_sources/source/",
    "iiif_sources/source/1/test/?identifier=nothere.tif",
)
"""Pages whose tables have more columns than a narrow screen has room for."""


@pytest.mark.parametrize("path", CARDS)
def test_no_column_is_beyond_the_edge_of_a_narrow_screen(server, open_page, path):
    page = open_page(width=390)
    sign_in(page, server)
    page.goto(f"{server.url}/admin/{path}")
    beyond = settled(page).evaluate(
        """() => [...document.querySelectorAll("#content :is(#result_list, .iiif-cards) :is(td, th)")].filter(
            (cell) => cell.getBoundingClientRect().right > 390).map((cell) => cell.outerHTML)"""
    )
    assert beyond == []


def test_everybody_can_sign_in(server, open_audited):
    assert grave_faults(settled(open_audited(f"{server.url}/admin/login/"))) == []


def test_the_admin_works_under_the_policy(server, open_page):
    page = open_page()
    sign_in(page, server)
    for path in ADMIN:
        page.goto(f"{server.url}/admin/{path}")
        settled(page)
    page.goto(f"{server.url}/admin/auth/user/1/change/")
    page.get_by_role("link", name="Today").first.click()
    page.locator("#id_groups").wait_for()


@pytest.mark.parametrize("path", ["/iiif/3?identifier=deep-zoom.tif", "/iiif/2?identifier=orientation.jpg"])
def test_every_sample_request_shows_its_picture(server, open_page, path):
    page = open_page(address_on(server, path))
    for picture in page.locator(".requests img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("(image) => image.decode()")
    assert page.locator(".requests img").count() > 15


def test_the_pages_can_be_read_without_scripts(server, open_page):
    page = open_page(address_on(server, "/iiif/3?identifier=deep-zoom.tif"), java_script_enabled=False)
    assert page.locator("noscript").first.is_visible() or page.get_by_text("This part needs JavaScript").is_visible()
    assert page.locator("button[data-copy]:visible").count() == 0


def test_the_documentation_works_under_the_policy(server, open_page):
    page = open_page(address_on(server, "/docs/"))
    page.get_by_role("link", name="your first image", exact=True).click()
    page.get_by_role("heading", name="Your first image").wait_for()


def test_everybody_can_use_the_documentation(server, open_audited):
    assert grave_faults(settled(open_audited(f"{server.url}/docs/tutorial/first-image.html"))) == []
