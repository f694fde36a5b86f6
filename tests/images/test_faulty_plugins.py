"""A plug-in with a fault closes itself: images of others are given out, and staff can switch its row off."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO

import pytest
from django import forms
from django.core.management import call_command
from django.urls import reverse

from caching.backends.memory import MemoryCache, MemoryForm, MemoryOptions
from caching.models import Cache
from caching.registry import caches
from images.runtime import keeper
from overlays.base import Overlay
from overlays.models import Overlay as OverlayRow
from overlays.registry import overlays
from processors.base import Processor
from processors.models import Processor as ProcessorRow
from processors.registry import processors
from sources.base import SourceBackend
from sources.models import Source
from sources.registry import sources

CARD = "/iiif/3/card.png/full/max/0/default.png"
INFO = "/iiif/3/card.png/info.json"


@dataclass(frozen=True)
class Options:
    pass


class Faulty:
    """Names all that a plug-in must name."""

    label = "Faulty"
    used_for = "Tests."
    options_class = Options
    form_class = forms.Form


class FailsWhenMade(Faulty):
    def __init__(self, options):
        raise RuntimeError("/srv/private")


class FaultySource(Faulty, SourceBackend):
    def find(self, place):
        raise RuntimeError("/srv/private")


class UnmadeSource(FailsWhenMade, FaultySource):
    pass


class FaultyProcessor(Faulty, Processor):
    formats = frozenset({"png"})

    def facts(self, found, page=1):
        raise RuntimeError("/srv/private")

    def read(self, found, facts, plan):
        raise RuntimeError("/srv/private")

    def warm_up(self):
        raise RuntimeError("/srv/private")


class UnmadeProcessor(FailsWhenMade, FaultyProcessor):
    pass


class FaultyCache(Faulty, MemoryCache):
    options_class = MemoryOptions
    form_class = MemoryForm

    def get(self, key):
        raise RuntimeError("/srv/private")

    def usage(self):
        raise RuntimeError("/srv/private")


class UnmadeCache(FailsWhenMade, FaultyCache):
    pass


class UnmadeOverlay(FailsWhenMade, Overlay):
    def draw(self, image, answer):
        return image


ROLES = [
    pytest.param(sources, Source, UnmadeSource, id="source that is not made"),
    pytest.param(sources, Source, FaultySource, id="source"),
    pytest.param(processors, ProcessorRow, UnmadeProcessor, id="processor that is not made"),
    pytest.param(processors, ProcessorRow, FaultyProcessor, id="processor"),
    pytest.param(caches, Cache, UnmadeCache, id="cache that is not made"),
    pytest.param(caches, Cache, FaultyCache, id="cache"),
    pytest.param(overlays, OverlayRow, UnmadeOverlay, id="overlay that is not made"),
]


@pytest.mark.parametrize(("registry", "model", "backend"), ROLES)
def test_it_keeps_nobody_from_images_and_from_the_admin(
    service, admin_client, monkeypatch, caplog, registry, model, backend
):
    monkeypatch.setattr(registry, "_backends", dict(registry._backends))
    registry.register("faulty", backend)
    model.objects.create(name="Faulty", kind="faulty", position=1)
    keeper.forget()
    assert [service.get(address).status_code for address in (CARD, INFO)] == [200, 200]
    keeper.current().processors.warm_up()
    assert "RuntimeError: /srv/private" in caplog.text

    page = admin_client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    assert page.status_code == 200
    assert ("iiif-broken" in page.content.decode()) is (backend not in (FaultySource, FaultyProcessor))
    assert "/srv/private" not in page.content.decode()
    assert admin_client.get(reverse("admin:iiif_images_status_changelist")).status_code == 200

    told = StringIO()
    call_command("check", databases=["default"], stdout=told, stderr=told)


def test_an_image_that_a_faulty_source_alone_could_have_is_not_missing(service, monkeypatch):
    monkeypatch.setattr(sources, "_backends", {**sources._backends, "faulty": FaultySource})
    Source.objects.create(name="Faulty", kind="faulty", position=1)
    keeper.forget()
    response = service.get("/iiif/3/other.png/info.json")
    assert (response.status_code, response.content) == (503, b"A source of images failed.\n")
