from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from caching.models import Cache
from images.activity import noting
from images.activity.model import ActivitySample
from images.activity.resolution import Resolution
from images.activity.spans import Held, Span
from images.jobs.runner import Runner

PAGE = "admin:iiif_images_status_activity"
HOSTILE = "<script>alert(1)</script>.tif"


@pytest.fixture(autouse=True)
def shared_counters(monkeypatch, tmp_path):
    """As under `manage.py serve`."""
    monkeypatch.setenv(noting.SHARED_FOLDER_VARIABLE, str(tmp_path))


@pytest.fixture
def noted(db):
    """Two minutes on one machine."""
    Cache.objects.create(name="Pictures", kind="filesystem")
    happen("here", 2)
    happen("here", 3)


def happen(machine: str, minutes_ago: int, requests: int = 40) -> None:
    minute = int(timezone.now().timestamp()) // 60 - minutes_ago
    span = Span(
        begins_at=datetime.fromtimestamp(minute * 60, UTC),
        seconds=60,
        counts={
            ("requests", "image", "200"): requests,
            ("requests", "image", "404"): 2,
            ("made",): 10,
            ("stored",): 20,
            ("reads", "Pictures", "Folder", "hit"): 10,
            ("reads", "Pictures", "Folder", "miss"): 10,
            ("evicted", "Pictures"): 3,
            ("evicted_bytes", "Pictures"): 3_000_000,
            ("waits", "image", "0.005"): 30,
            ("waits", "image", "inf"): 40,
        },
        held={"Pictures": Held(entries=1234, bytes=56_000_000, limit_bytes=100_000_000)},
        images={HOSTILE: 30, "map.tif": 10},
    )
    for resolution in Resolution:
        noting.add(span, machine, resolution)


def page(client, **query) -> str:
    answer = client.get(reverse(PAGE), query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_it_tells_what_happened_in_the_last_hour(admin_client, noted):
    text = page(admin_client)
    for shown in (
        "84 requests.",
        "75 % needed no work, 50 % were stored tiles.",
        "On the whole: finished pictures 50 %.",
        "Half took at most",
        "4 refused, 0 failed.",
        "6 entries made room for others, 6 MB.",
        "56 MB of 100 MB, 1,234 entries.",
        "50 % of 40",
        "404 Not Found",
        "map.tif",
    ):
        assert shown in text


def test_the_last_day_is_a_link_away(admin_client, noted):
    assert 'aria-current="true">The last day' in page(admin_client, period="day")
    assert "84 requests." in page(admin_client, period="day")
    assert 'aria-current="true">The last hour' in page(admin_client, period="century")


def test_an_identifier_is_text_and_nothing_else(admin_client, noted):
    text = page(admin_client)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.tif" in text
    assert HOSTILE not in text


def test_nothing_in_it_is_written_into_the_page_for_browsers_to_run_or_to_style(admin_client, noted):
    text = page(admin_client).partition("<main")[2]
    assert "<style" not in text
    assert " style=" not in text
    assert "<script" not in text


def test_each_chart_stands_in_a_table_too(admin_client, noted):
    text = page(admin_client)
    charts = text.count('<figure class="module chart">')
    assert charts == 7
    assert text.count(" as a table</summary>") == charts
    assert text.count('aria-hidden="true"><div class="scale">'.replace("><", "> <")) == charts


def test_machines_are_added_up_or_shown_apart(admin_client, noted):
    happen("there", 2, requests=1000)
    assert "1,086 requests." in page(admin_client)
    assert "What 2 machines did, added up." in page(admin_client)
    assert "1,002 requests." in page(admin_client, machine="there")
    assert "Only what there did." in page(admin_client, machine="there")


def test_an_unknown_machine_has_done_nothing(admin_client, noted):
    assert "No job runner is at work" in page(admin_client, machine="<b>")
    assert "<b>" not in page(admin_client, machine="<b>").partition("<main")[2].partition("iiif-activity")[2]


def test_it_tells_when_nobody_can_add_up_what_processes_count(admin_client, monkeypatch):
    monkeypatch.delenv(noting.SHARED_FOLDER_VARIABLE)
    assert "each process counts for itself" in page(admin_client)


def test_it_tells_when_nobody_notes_anything_or_has_not_yet(admin_client):
    assert "No job runner is at work" in page(admin_client)
    Runner("here").give_a_sign()
    assert "Nothing has been noted yet." in page(admin_client)


def test_it_tells_when_the_notes_have_ended(admin_client, noted):
    Runner("here").give_a_sign()
    assert "Nothing has been noted since" not in page(admin_client)
    ActivitySample.objects.all().delete()
    happen("here", 30)
    assert "Nothing has been noted since" in page(admin_client)


def test_a_page_of_history_costs_few_queries(admin_client, noted, django_assert_max_num_queries):
    for minutes_ago in range(4, 40):
        happen("here", minutes_ago)
    page(admin_client)
    with django_assert_max_num_queries(6):
        page(admin_client)


def test_the_status_page_leads_to_it(admin_client, db):
    assert reverse(PAGE) in admin_client.get(reverse("admin:iiif_images_status_changelist")).content.decode()


def test_times_are_those_of_the_site(admin_client, noted, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    with timezone.override("Asia/Tokyo"):
        text = page(admin_client)
    start = timezone.localtime(timezone.now() - timedelta(minutes=60), timezone.get_fixed_timezone(540))
    assert "Asia/Tokyo" in text
    assert f"{start:%H:}" in text
