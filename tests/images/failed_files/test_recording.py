from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from iiifserver.watching.reports import Ending
from iiifserver.watching.work import File
from images.failed_files import recording
from images.failed_files.known import Reason
from images.failed_files.model import DecodingSettings, FailedFile
from images.failed_files.recording import record

pytestmark = pytest.mark.django_db

HOUR = 3600


def reasons():
    return {row.identifier: row.reason for row in FailedFile.objects.all()}


def test_a_file_is_kept_with_all_that_staff_want_to_know(accuse):
    record(accuse("a.tif", ago=60))
    row = FailedFile.objects.get()
    assert (row.identifier, row.version, row.reason, row.times) == ("a.tif", "1", "crashed", 1)
    assert row.digest == File("a.tif", "1").digest.hex()
    assert "SIGSEGV" in row.message
    assert timezone.now() - row.last_at > timedelta(seconds=50)


def test_a_site_whose_times_have_no_zone_keeps_when_it_was(accuse, settings):
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    DecodingSettings(retry_hours=1).save()
    record(accuse("a.tif", ending=Ending.OVERDUE, ago=60))
    row = FailedFile.objects.get()
    assert timezone.now() - row.last_at > timedelta(seconds=50)
    assert row.known(retry_hours=1).until == pytest.approx(time.time() + 3540, abs=1000)


def test_a_second_time_is_counted_and_no_second_row(accuse):
    record(accuse("a.tif", ago=60))
    record(accuse("a.tif"))
    row = FailedFile.objects.get()
    assert row.times == 2
    assert row.last_at - row.first_at > timedelta(seconds=50)


def test_another_version_is_another_row(accuse):
    record(accuse("a.tif"))
    record(accuse("a.tif", version="2"))
    assert FailedFile.objects.count() == 2


def test_of_several_the_one_that_crashes_again_alone_is_found(accuse):
    record(accuse("bad.tif", "good.tif"))
    assert reasons() == {"bad.tif": "suspect", "good.tif": "suspect"}
    record(accuse("bad.tif"))
    assert reasons() == {"bad.tif": "crashed", "good.tif": "suspect"}


def test_one_that_was_killed_twice_and_alone_is_the_one(accuse):
    record(accuse("a.tif", ending=Ending.KILLED, ago=60))
    assert reasons() == {"a.tif": "suspect"}
    record(accuse("a.tif", ending=Ending.KILLED))
    assert reasons() == {"a.tif": "crashed"}


def test_an_old_suspicion_is_none(accuse):
    record(accuse("a.tif", ending=Ending.KILLED, ago=HOUR))
    record(accuse("a.tif", ending=Ending.KILLED))
    assert reasons() == {"a.tif": "suspect"}


def test_what_is_known_is_not_put_in_doubt_again(accuse):
    record(accuse("a.tif"))
    record(accuse("a.tif", "b.tif"))
    record(accuse("a.tif", ending=Ending.OVERDUE))
    assert reasons()["a.tif"] == "crashed"


def test_a_slow_file_whose_time_is_over_may_fall_under_suspicion(accuse):
    record(accuse("a.tif", ending=Ending.OVERDUE, ago=25 * HOUR))
    record(accuse("a.tif", "b.tif"))
    assert reasons()["a.tif"] == "suspect"


def test_suspicions_that_came_to_nothing_go(accuse):
    record(accuse("a.tif", "b.tif", ago=HOUR))
    record(accuse("c.tif"))
    assert reasons() == {"c.tif": "crashed"}


def test_there_are_never_more_than_so_many(accuse, monkeypatch):
    monkeypatch.setattr(recording, "MOST_ROWS", 2)
    for number in range(4):
        record(accuse(f"{number}.tif", ago=10 - number))
    assert set(reasons()) == {"2.tif", "3.tif"}


@pytest.mark.parametrize("identifier", ["a\0b", "\ud800".encode("utf-8", "replace").decode()])
def test_any_identifier_can_be_kept(accuse, identifier):
    record(accuse(identifier))
    assert "\0" not in FailedFile.objects.get().identifier


def test_a_clock_that_was_wrong_remembers_nothing_for_ever(accuse):
    record(accuse("a.tif", ending=Ending.OVERDUE, ago=-1000 * HOUR))
    assert FailedFile.objects.get().last_at <= timezone.now()


@pytest.mark.parametrize(("hours", "is_tried"), [(0, False), (2, False), (1, True)])
def test_a_slow_file_is_tried_again_when_staff_say_so(hours, is_tried):
    at = timezone.now() - timedelta(minutes=90)
    until = FailedFile(reason="slow", last_at=at).known(hours).until
    assert (until is not None and until <= timezone.now().timestamp()) is is_tried


def test_the_limit_of_large_images_is_never_below_the_other():
    assert DecodingSettings(seconds=100, large_seconds=50).frozen().large_seconds == 100


def test_a_crashed_file_is_remembered_until_it_is_cleared():
    assert FailedFile(reason="crashed").known(24).until is None
    assert FailedFile(reason="crashed").known(24).reason is Reason.CRASHED
