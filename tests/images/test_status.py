from __future__ import annotations

import os

import pytest
from django.utils import timezone

from caching.models import Cache
from images import first_rows, metrics
from images.runtime import build_runtime, keeper
from images.status import current_status
from sources.backends.filesystem import FilesystemSource
from sources.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def status():
    first_rows.create()
    return current_status(build_runtime())


def test_the_versions_name_what_the_server_stands_on(status):
    versions = dict(status.versions)
    assert {"IIIF image server", "Python", "Django", "Pillow"} <= versions.keys()
    assert "not installed" not in versions.values()


def test_a_process_alone_is_its_own_worker(status):
    (worker,) = status.workers
    assert worker.pid == os.getpid()
    assert worker.memory_bytes > 10_000_000
    assert worker.started_at <= timezone.now()


def test_a_worker_tells_the_revision_that_it_uses(status):
    assert status.workers[0].revision == status.newest_revision == 1


def test_each_cache_in_use_is_listed(status):
    assert [cache.name for cache in status.caches] == [row.name for row in Cache.objects.filter(enabled=True)]
    assert "FilesystemCache" in {cache.name for cache in status.caches}


def test_each_source_in_use_answers(status):
    assert dict(status.sources) == dict.fromkeys(Source.objects.filter(enabled=True).values_list("name", flat=True), "")


def test_a_source_that_fails_again_and_again_is_told(service, monkeypatch):
    monkeypatch.setattr(FilesystemSource, "resting_servers", 2)
    keeper.forget()
    name = keeper.current().sources.active[0].name
    assert "2 of its servers fail" in dict(current_status(keeper.current()).sources)[name]
    monkeypatch.setattr(FilesystemSource, "resting_servers", 0)
    keeper.forget()
    assert dict(current_status(keeper.current()).sources)[name] == ""


def test_a_source_that_is_not_set_up_is_told(service):
    Source.objects.update(options={})
    assert {problem for _, problem in current_status(build_runtime()).sources} == {
        "It is not set up properly: open it."
    }


def test_what_is_counted_is_added_up_over_kinds_and_statuses():
    before = metrics.total(metrics.collected(), "iiifserver_requests_total")
    metrics.requests_total.labels("image", 200).inc()
    metrics.requests_total.labels("info", 404).inc(2)
    assert metrics.total(metrics.collected(), "iiifserver_requests_total") == before + 3
