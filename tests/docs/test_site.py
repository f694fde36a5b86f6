from __future__ import annotations

import html
import re
from importlib.metadata import entry_points

import pytest
from django.apps import apps
from PIL import Image

from caching.registry import caches
from iiifserver.iiif.features import FEATURES, UPSCALING_FEATURE
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Quality
from overlays.registry import overlays
from processors.registry import processors
from sources.registry import sources
from tests.docs.pages import DOCS, blocks, pages, text_of
from tests.live import ROOT

ROLES = {"sources": sources, "processors": processors, "caching": caches, "overlays": overlays}
GROUPS = {"caching": "iiifserver.caches"}
BUILD_SECONDS = 20

KINDS = [
    (role, point.name)
    for role in ROLES
    for point in entry_points(group=GROUPS.get(role, f"iiifserver.{role}"))
    if point.dist and point.dist.name == "iiifserver"
]
OPTIONS = [
    (role, kind, field)
    for role, kind in KINDS
    for field in (ROLES[role].get(kind).form_class().fields if kind in ROLES[role] else ())
]


def shown(page):
    """What a reader sees of a built page."""
    text = re.sub(r"<(script|style).*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    # Quotes and apostrophes are set by the generator.
    return plain(html.unescape(re.sub(r"<[^>]+>", "", text)))


def plain(text):
    return re.sub(r"\s+", " ", text.translate({0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2026: "..."}))


def test_the_site_is_built_without_a_warning_and_soon(built):
    assert float((built / "seconds").read_text()) < BUILD_SECONDS


def test_no_built_page_asks_another_server(built):
    from_outside = re.compile(
        r"""(?:src|srcset)=["'](?:https?:)?//|<link[^>]+href=["'](?:https?:)?//|@import\s+url\("""
    )
    in_styles = re.compile(r"url\([\"']?(?:https?:)?//")
    assert [page.name for page in built.rglob("*.html") if from_outside.search(page.read_text(encoding="utf-8"))] == []
    assert [sheet.name for sheet in built.rglob("*.css") if in_styles.search(sheet.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(("role", "kind"), KINDS)
def test_every_kind_is_on_the_page_of_its_role(role, kind):
    assert f"```{{options}} {role} {kind}\n" in text_of(f"roles/{role}.md")


@pytest.mark.parametrize(("role", "kind", "name"), OPTIONS)
def test_every_option_is_on_the_page_of_its_role(built, role, kind, name):
    field = ROLES[role].get(kind).form_class()[name]
    page = shown(built / "roles" / f"{role}.html")
    assert field.label in page
    assert plain(str(field.help_text)) in page


@pytest.mark.parametrize(
    ("model", "page"),
    [
        ("iiif_images.EndpointSettings", "endpoints"),
        ("iiif_images.HttpSettings", "http"),
        ("iiif_images.ApplicationSettings", "application"),
        ("iiif_processors.OutputSettings", "processors"),
        ("iiif_processors.FormatAssignment", "processors"),
        ("iiif_overlays.Overlay", "overlays"),
        ("iiif_caching.FreshnessSettings", "caching"),
    ],
)
def test_every_setting_is_on_the_page_of_its_section(built, model, page):
    text = shown(built / "roles" / f"{page}.html")
    fields = [field for field in apps.get_model(model)._meta.concrete_fields if field.editable and field.help_text]
    assert fields
    assert [field.name for field in fields if plain(str(field.help_text)) not in text] == []


def test_every_settings_page_of_the_admin_has_its_table():
    shown_models = {block.kind.split()[1] for block in blocks("{fields}")}
    singletons = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label.startswith("iiif_") and model.__base__.__name__ == "Singleton"
    }
    assert singletons <= shown_models


@pytest.mark.parametrize("version", sorted(FEATURES))
def test_the_table_of_the_image_api_has_every_feature(built, version):
    page = shown(built / "reference" / "image-api.html")
    words = [*FEATURES[version], UPSCALING_FEATURE[version], *(quality.value for quality in Quality)]
    words += [f".{one.extension}" for one in Format]
    assert [word for word in words if word not in page] == []


def test_every_page_says_in_its_beginning_what_it_answers():
    pages_of_answers = [page for page in DOCS.rglob("*.md") if page.name != "index.md"]
    beginnings = {page.name: "".join(page.read_text(encoding="utf-8").split("\n\n")[1:3]) for page in pages_of_answers}
    assert [name for name, beginning in beginnings.items() if "?" not in beginning] == []


def test_pictures_are_small_and_used():
    pictures = sorted((DOCS / "pictures").glob("*.png"))
    text = "".join(page.read_text(encoding="utf-8") for page in pages())
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size >= 150_000] == []
    assert [picture.name for picture in pictures if f"pictures/{picture.name}" not in text] == []
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.width <= 1280


def test_links_of_the_readme_lead_somewhere():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
