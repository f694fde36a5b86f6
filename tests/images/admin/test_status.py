"""The page Status."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from images import status
from images.jobs.model import JobRunner
from images.status import Worker

PAGE = "admin:iiif_images_status_changelist"


@pytest.fixture
def page(admin_client, service):
    return lambda: admin_client.get(reverse(PAGE)).content.decode()


def test_the_numbers_of_processes_are_written_as_everywhere_else(page, settings, monkeypatch):
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = "de", True
    worker = Worker(pid=22714, revision=1042, started_at=datetime.now(UTC), memory_bytes=50_000_000)
    monkeypatch.setattr(status, "workers_of", lambda metrics, runtime: (worker,))
    JobRunner.objects.create(name="one", machine="here", process=31415, heartbeat_at=timezone.now())
    text = page()
    assert "<td>22714</td>" in text
    assert "<td>31415</td>" in text
    assert "<td>1042 " in text


@pytest.mark.parametrize("uses_zones", [True, False])
def test_a_site_may_keep_its_times_without_a_zone(page, settings, uses_zones):
    settings.USE_TZ, settings.TIME_ZONE = uses_zones, "Asia/Tokyo"
    JobRunner.objects.create(name="one", machine="here", process=31415, heartbeat_at=timezone.now())
    assert "<td>here</td><td>31415</td><td>a moment ago</td>" in page()
