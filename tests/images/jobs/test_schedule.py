from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from caching.models import Cache
from images.jobs.model import Job, JobState
from images.jobs.schedule import keep_schedule, reclaim_soon
from images.jobs.settings import HOUR, MaintenanceSettings

pytestmark = pytest.mark.django_db


def kinds(machine: str) -> set[str]:
    return set(Job.objects.filter(machine=machine).values_list("kind", flat=True))


def test_a_machine_has_its_own_rows_and_the_leader_those_of_all():
    keep_schedule("here", is_leader=False)
    assert kinds("here") == {"clean", "reclaim", "verify"}
    assert kinds("") == set()
    keep_schedule("here", is_leader=True)
    keep_schedule("here", is_leader=True)
    assert kinds("") == {"records"}
    assert Job.objects.count() == 4


def test_shared_stores_have_rows_where_there_are_any():
    Cache.objects.create(name="Redis", kind="redis", options={"address": "redis://127.0.0.1:1/0"})
    keep_schedule("here", is_leader=True)
    assert kinds("") == {"records", "clean", "reclaim"}


def test_what_is_switched_off_goes():
    keep_schedule("here", is_leader=True)
    MaintenanceSettings(verifies=False, cleans=False).save()
    keep_schedule("here", is_leader=True)
    assert kinds("here") == {"reclaim"}


def test_the_first_run_leaves_the_server_time_to_start():
    keep_schedule("here", is_leader=False)
    assert all(job.due_at > timezone.now() + timedelta(seconds=30) for job in Job.objects.all())


def test_another_interval_counts_from_the_last_run():
    keep_schedule("here", is_leader=False)
    ended = timezone.now() - timedelta(hours=2)
    Job.objects.filter(kind="clean").update(ended_at=ended)
    MaintenanceSettings(clean_every_hours=3).save()
    keep_schedule("here", is_leader=False)
    job = Job.objects.get(kind="clean")
    assert (job.interval_seconds, job.due_at) == (3 * HOUR, ended + timedelta(hours=3))


def test_what_was_purged_may_be_removed_sooner():
    keep_schedule("here", is_leader=False)
    reclaim_soon()
    due = Job.objects.filter(due_at__lte=timezone.now(), state=JobState.WAITING)
    assert [job.kind for job in due] == ["reclaim"]


def test_a_run_that_was_planned_before_the_clock_was_set_back_is_brought_forward():
    keep_schedule("here", is_leader=False)
    Job.objects.update(due_at=timezone.now() + timedelta(days=365))
    keep_schedule("here", is_leader=False)
    assert all(job.due_at <= timezone.now() + timedelta(seconds=job.interval_seconds) for job in Job.objects.all())
