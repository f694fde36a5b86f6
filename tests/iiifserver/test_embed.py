from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest
from django.contrib.admin import AdminSite
from django.contrib.admin import site as default_site
from django.core.exceptions import ImproperlyConfigured
from PIL import Image

from iiifserver import embed
from images import runtime
from images.models import HttpSettings
from tests.forms import form_values
from tests.host_site.running import EMAIL, PASSWORD, SITE, host_site, museum, post, shell, variables
from tests.live import ROOT

FIRST_ROWS = "from django.core.management import call_command; call_command('iiif_first_rows')"
FIRST_PERSON = f"from people.models import Person; Person.objects.create_superuser({EMAIL!r}, {PASSWORD!r})"
MEDIA_SOURCE = (
    "from sources.models import Source; "
    "Source.objects.create(name='Media', kind='storage', enabled=True, position=5, options={'alias': 'default'})"
)
PICTURES = """
import io
from PIL import Image
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from gallery.models import Painting
file = io.BytesIO()
Image.new("RGB", (400, 300), "olive").save(file, "PNG")
painting = Painting.objects.get(title="Eddie")
painting.picture.save("the hall.png", ContentFile(file.getvalue()))
default_storage.save("private/contract.png", ContentFile(file.getvalue()))
print(painting.picture.name)
"""
FIRST_PAINTING = (
    "from gallery.models import Painting; Painting.objects.create(title='Eddie', identifier='hall/eddie.jpg')"
)
GROUPS = """
from django.contrib.auth.models import Group
for group in Group.objects.order_by("name"):
    print(f"{group}: {group.permissions.filter(content_type__model='person').count()}")
"""
NEW_TOKEN = """
from images.jobs.tokens import ApiToken, digest_of, new_token
token = new_token()
ApiToken.objects.create(name="prometheus", digest=digest_of(token), may_read_numbers=True)
print(token)
"""

ADMIN_PAGES = (
    "iiif_images/status/",
    "iiif_images/status/activity/",
    "iiif_images/revision/",
    "iiif_images/revision/1/change/",
    "iiif_images/revision/1/roll-back/",
    "iiif_images/applicationsettings/1/change/",
    "iiif_images/httpsettings/1/change/",
    "iiif_images/endpointsettings/1/change/",
    "iiif_images/job/",
    "iiif_images/job/purge/",
    "iiif_images/job/warm/",
    "iiif_images/failedfile/",
    "iiif_images/httpsettings/proxies/",
    "iiif_sources/source/",
    "iiif_sources/source/add/",
    "iiif_sources/source/1/change/",
    "iiif_sources/source/1/test/",
    "iiif_sources/source/1/browse/",
    "iiif_sources/source/1/browse/?folder=hall",
    "iiif_processors/processor/",
    "iiif_processors/processor/1/change/",
    "iiif_processors/processor/formats/",
    "iiif_processors/formatassignment/",
    "iiif_processors/formatassignment/add/",
    "iiif_processors/outputsettings/1/change/",
    "iiif_caching/cache/",
    "iiif_caching/cache/add/",
    "iiif_overlays/overlay/",
    "iiif_overlays/overlay/add/",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("museum")


@pytest.fixture(scope="module")
def told(folder):
    """The lines that the owner reads while setting the site up: what the first rows say twice, the groups, a token."""
    migrated = museum(folder, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    rows = "; ".join([FIRST_ROWS, FIRST_ROWS, FIRST_PERSON, FIRST_PAINTING, MEDIA_SOURCE])
    return shell(folder, f"{rows}\n{GROUPS}\n{NEW_TOKEN}").splitlines()


@pytest.fixture(scope="module")
def site(folder, told):
    """The host site, set up as its owner would, with one image and one painting that shows it."""
    with host_site(folder) as running:
        (running.images / "hall").mkdir()
        Image.new("RGB", (800, 600), "navy").save(running.images / "hall" / "eddie.jpg")
        yield running


@pytest.fixture(scope="module")
def keeper(site):
    return site.keeper()


def test_the_sites_own_checks_find_nothing(site):
    done = museum(site.folder, "check", "--database", "default", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_no_migration_follows_from_what_the_site_has_chosen(site):
    done = museum(site.folder, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout


def test_the_first_rows_are_made_once_and_the_groups_with_them(told):
    assert told[:2] == ["The first rows and groups are made.", "There are rows already: nothing was changed."]
    assert told[2:5] == ["Administrators: 4", "Configurators: 0", "Viewers: 0"]


@pytest.mark.parametrize("version", [2, 3])
def test_strangers_get_an_info_json(site, version):
    reply = site.visitor().get(f"/iiif/{version}/hall%2Feddie.jpg/info.json")
    assert (reply.status, json.loads(reply.body)["width"]) == (200, 800)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_strangers_get_as_many_images_as_they_like(site):
    visitor = site.visitor()
    path = "/iiif/3/hall%2Feddie.jpg/full/{},/0/default.jpg"
    assert [visitor.get(path.format(width)).status for width in range(100, 110)] == [200] * 10


def test_the_sites_ways_with_data_do_not_reach_the_image_service(site):
    reply = site.visitor().get("/iiif/3/hall%2Feddie.jpg/info.json", Accept="application/json; version=8")
    assert (reply.status, reply.headers.get_content_type()) == (200, "application/json")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/iiif/3/nobody.jpg/info.json", 404), ("/iiif/3/hall%2Feddie.jpg/full/max/0/default.bmp", 400)],
)
def test_strangers_are_told_what_is_wrong_in_a_sentence(site, path, status):
    reply = site.visitor().get(path)
    assert (reply.status, reply.headers.get_content_type()) == (status, "text/plain")
    assert reply.text.endswith(".\n")


def test_a_preflight_needs_no_account(site):
    request = urllib.request.Request(f"{site.url}/iiif/3/x/info.json", method="OPTIONS")
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 204


def test_the_sites_own_pages_still_ask_who_is_there(site):
    reply = site.visitor().get("/")
    assert (reply.status, reply.headers["Location"]) == (302, "/backoffice/login/?next=/")
    assert site.visitor().get("/api/paintings/", Accept="application/json; version=7").status == 403


def test_the_sites_own_pages_show_the_images(site, keeper):
    page = keeper.get("/").text
    address = "/iiif/3/hall%2Feddie.jpg/full/300,/0/default.jpg"
    assert f'src="{address}"' in page
    assert site.visitor().get(address).status == 200


@pytest.fixture(scope="module")
def picture_name(site):
    """The name of what a model's ImageField has just kept, beside something private."""
    return shell(site.folder, PICTURES).strip()


def test_what_an_image_field_keeps_is_on_iiif_at_once_under_its_name(site, keeper, picture_name):
    assert picture_name == "pictures/the_hall.png"
    poster = "/iiif/3/pictures%2Fthe_hall.png/full/300,/0/default.jpg"
    assert f'<img src="{poster}"' in keeper.get("/").text
    assert site.visitor().get(poster).headers["Content-Type"] == "image/jpeg"


@pytest.mark.usefixtures("picture_name")
def test_what_the_fence_does_not_open_stays_private(site):
    assert site.visitor().get("/iiif/3/pictures%2Fthe_hall.png/info.json").status == 200
    for private in ("private%2Fcontract.png", "pictures%2F..%2Fprivate%2Fcontract.png", "..%2Fmuseum.sqlite3"):
        assert site.visitor().get(f"/iiif/3/{private}/info.json").status == 404


def test_the_sites_own_data_stays_as_it_is_sent(keeper):
    reply = keeper.get("/api/paintings/", Accept="application/json; version=7")
    assert (reply.status, json.loads(reply.body)) == (200, ["Eddie"])


def test_the_back_office_lists_the_image_service_beside_the_sites_own(keeper):
    page = keeper.get("/backoffice/").text
    for address in ("gallery/painting", "people/person", "iiif_sources/source", "iiif_images/status"):
        assert f'href="/backoffice/{address}/"' in page
    assert "Museum back office" in page


@pytest.mark.parametrize("page", ADMIN_PAGES)
def test_a_page_of_the_image_service_works_in_the_back_office(keeper, page):
    reply = keeper.get(f"/backoffice/{page}")
    assert reply.status == 200
    assert 'href="/admin' not in reply.text


def test_the_page_of_activity_tells_how_its_numbers_come_together(keeper):
    text = keeper.get("/backoffice/iiif_images/status/activity/").text
    assert "each process counts for itself" in text
    assert "PROMETHEUS_MULTIPROC_DIR" in text


def test_what_a_folder_shows_leads_to_no_page_that_the_site_has_not(keeper):
    text = keeper.get("/backoffice/iiif_sources/source/1/browse/?folder=hall").text
    assert 'aria-label="info.json: eddie.jpg"' in text
    assert 'aria-label="Manifest: eddie.jpg"' in text
    assert "Viewer" not in text
    assert "Requests" not in text


def test_programs_reach_the_addresses_for_them_with_a_token_and_without_an_account(site, told):
    refused = site.visitor().get("/iiif-api/metrics")
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="IIIF image server"')
    answered = site.visitor().get("/iiif-api/metrics", Authorization=f"Bearer {told[-1]}")
    assert (answered.status, "iiifserver_requests_total" in answered.text) == (200, True)


def test_strangers_see_no_page_of_the_back_office(site):
    assert site.visitor().get("/backoffice/iiif_images/status/").status == 302


def test_the_history_can_be_searched_though_accounts_have_no_user_name(keeper):
    assert keeper.get("/backoffice/iiif_images/revision/?q=start").status == 200


def test_what_the_keeper_sets_up_is_served(site, keeper):
    added = post(keeper, "/backoffice/iiif_overlays/overlay/add/", {"name": "Credit", "kind": "text"})
    address = added.headers["Location"]
    assert address.startswith("/backoffice/iiif_overlays/overlay/")
    before = colours_of(site)
    typed = {"option_text": "Museum", "option_size": 60, "option_colour": "yellow", "enabled": "on"}
    saved = post(keeper, address, {**form_values(keeper.get(address).text), **typed})
    assert saved.status == 302, saved.text
    deadline = time.monotonic() + 5
    while colours_of(site) == before:
        assert time.monotonic() < deadline, "the change was not served"


def colours_of(site):
    return site.visitor().get("/iiif/3/hall%2Feddie.jpg/full/400,/0/default.png").body


def test_without_an_admin_of_its_own_a_site_needs_to_do_nothing():
    embed.register_admin(default_site)
    labels = {model._meta.app_label for model in default_site._registry}
    assert set(embed.APPS.values()) <= labels


def test_an_admin_of_its_own_gets_the_same_pages():
    own = AdminSite(name="own")
    embed.register_admin(own)
    embed.register_admin(own)
    ours = {model: type(page) for model, page in default_site._registry.items() if "iiif_" in model._meta.app_label}
    assert {model: type(page) for model, page in own._registry.items()} == ours


def test_the_apps_are_those_of_the_standalone_site(settings):
    assert set(embed.installed_apps()) <= set(settings.INSTALLED_APPS)


@pytest.mark.parametrize("name", sorted(embed.APPS))
def test_a_module_of_the_site_that_hides_one_of_ours_is_named(monkeypatch, tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImproperlyConfigured, match=f"{tmp_path / name} hides the module “{name}”"):
        embed.installed_apps()


def test_a_single_file_hides_as_well_as_a_folder(monkeypatch, tmp_path):
    (tmp_path / "sources.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sources")
    with pytest.raises(ImproperlyConfigured, match=r"sources\.py hides the module “sources”"):
        embed.installed_apps()


def test_a_module_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(embed, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="“images” of iiifserver is not installed"):
        embed.installed_apps()


def test_a_site_with_an_app_called_images_is_told_before_django_loads_it(tmp_path):
    site = tmp_path / "site"
    shutil.copytree(SITE, site, ignore=shutil.ignore_patterns("__pycache__"))
    (site / "images").mkdir()
    (site / "images" / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=variables(tmp_path), cwd=site, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {site / 'images'} hides the module “images”" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("eddie.jpg",), "/iiif/3/eddie.jpg"),
        (("hall/Käse 1.jpg", "info.json", 2), "/iiif/2/hall%2FK%C3%A4se%201.jpg/info.json"),
    ],
)
@pytest.mark.django_db
def test_the_path_of_an_image_holds_its_identifier_encoded(arguments, path):
    assert embed.image_path(*arguments) == path


@pytest.mark.django_db
def test_the_path_of_an_image_has_the_substitute_for_slashes_where_there_is_one(sent_slashes):
    sent_slashes("__")
    assert embed.image_path("hall/eddie.jpg", "info.json") == "/iiif/3/hall__eddie.jpg/info.json"


@pytest.mark.parametrize("nothing", ["", None])
def test_a_field_without_a_file_has_no_path(nothing):
    assert embed.image_path(nothing, "full/300,/0/default.jpg") == ""


@pytest.fixture
def sent_slashes(db):
    """Sets how slashes of identifiers are sent, until the test is over."""

    def change(substitute):
        row = HttpSettings.current()
        row.slash_substitute = substitute
        row.save()
        runtime.keeper.forget()

    yield change
    runtime.keeper.forget()


def test_the_sentence_names_a_page_that_there_is():
    assert "# Into an existing Django site" in (ROOT / "docs" / "develop" / "embedding.md").read_text(encoding="utf-8")
