from __future__ import annotations

import os

import pytest

from caching.models import Cache
from images import first_rows, metrics
from images.runtime import build_runtime
from images.status import current_status

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
    assert worker.uptime.total_seconds() >= 0


def test_a_worker_tells_the_revision_that_it_uses(status):
    assert status.workers[0].revision == status.newest_revision == 1


def test_each_cache_in_use_is_listed(status):
    assert [cache.name for cache in status.caches] == [row.name for row in Cache.objects.filter(enabled=True)]
    assert "FilesystemCache" in {cache.name for cache in status.caches}


def test_what_is_counted_is_added_up_over_kinds_and_statuses():
    before = metrics.total(metrics.collected(), "iiifserver_requests_total")
    metrics.requests_total.labels("image", 200).inc()
    metrics.requests_total.labels("info", 404).inc(2)
    assert metrics.total(metrics.collected(), "iiifserver_requests_total") == before + 3
