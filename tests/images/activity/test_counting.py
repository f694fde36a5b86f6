"""What a request adds to the numbers."""

from __future__ import annotations

import pytest

from caching import runtime
from caching.base import CacheUnavailable
from iiifserver.shelf import Shelf
from images import metrics, views
from images.activity.readings import SERIES, counters, holdings
from images.runtime import keeper


@pytest.fixture(autouse=True)
def own_caches(monkeypatch):
    """No backend of another test's home is kept."""
    monkeypatch.setattr(runtime, "shelf", Shelf(runtime.caches))


@pytest.fixture
def counted(monkeypatch):
    """The identifiers of the pictures that were given out."""
    identifiers: list[str] = []
    monkeypatch.setattr(views.top_images, "count", identifiers.append)
    return identifiers


def test_only_pictures_that_were_given_out_count(service, counted):
    service.draw("a b.png")
    service.get("/iiif/3/a%20b.png/full/50,/0/default.jpg")
    etag = service.get("/iiif/3/card.png;1:2/full/50,/0/default.jpg").headers["ETag"]
    again = service.get("/iiif/3/card.png;1:2/full/50,/0/default.jpg", if_none_match=etag)
    assert again.status_code == 304
    for path in ("nothing.png/full/50,/0/default.jpg", "card.png/full/0,/0/default.jpg", "card.png/info.json"):
        service.get(f"/iiif/3/{path}")
    assert counted == ["a b.png", "card.png"]


def test_each_answer_is_timed_under_its_kind(service):
    before = counters()
    service.image("full/50,/0/default.jpg")
    service.get("/iiif/3/nothing.png/info.json")
    after = counters()

    def grown(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert (grown("requests", "image", "200"), grown("requests", "info", "404")) == (1, 1)
    assert (grown("waits", "image", "+Inf"), grown("waits", "info", "+Inf")) == (1, 1)
    assert grown("waits", "image", "0.0") == 0


def test_each_series_of_the_history_is_a_counter_that_there_is():
    counters = {metric.name for metric in metrics.own_registry.collect()}
    kept = {name.removesuffix("_total").removesuffix("_bucket") for name, _ in SERIES.values()}
    assert kept <= counters


def test_what_caches_hold_is_asked_of_those_that_processes_share(service, monkeypatch):
    service.image("full/50,/0/default.jpg")
    held = holdings(keeper.current())
    assert held["FilesystemCache"].entries == 1
    assert held["FilesystemCache"].bytes > 100
    assert held["FilesystemCache"].is_local
    assert "Infos" not in held
    disk = next(link.cache for link in keeper.current().caches.links if link.name == "FilesystemCache")
    monkeypatch.setattr(type(disk), "usage", unavailable)
    assert "FilesystemCache" not in holdings(keeper.current())


def unavailable(self):
    raise CacheUnavailable("It is away.")
