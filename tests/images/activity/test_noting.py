from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from images.activity import noting, top_images
from images.activity.history import Period, history
from images.activity.model import ActivitySample
from images.activity.noting import Notary, keep_notes, seconds_to_next_note
from images.activity.resolution import Resolution
from images.activity.spans import Held

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ASKED = ("requests", "image", "200")


@pytest.fixture
def counters(monkeypatch):
    """What the counters of all workers show; tests move them."""
    shown = {ASKED: 0.0}
    monkeypatch.setattr(noting, "counters", lambda: dict(shown))
    monkeypatch.setattr(noting, "current_runtime", lambda: None)
    monkeypatch.setattr(noting, "holdings", lambda runtime: {"disk": Held(entries=3, bytes=30)})
    return shown


def after(seconds: float) -> float:
    """Seconds since 1970, so many after noon."""
    return NOON.timestamp() + seconds


def noted(resolution: Resolution = Resolution.MINUTE, machine: str = "here") -> list[tuple[int, float]]:
    """For each row the seconds after noon at which it begins, and how many requests it tells of."""
    rows = ActivitySample.objects.filter(resolution=resolution, machine=machine)
    return [((row.span.begins_at - NOON).total_seconds(), row.span.counts.get(ASKED, 0)) for row in rows]


@pytest.fixture
def notary(counters, tmp_path):
    notary = Notary("here", tmp_path)
    notary.begin(after(0))
    return notary


@pytest.fixture(params=[True, False], ids=["times-with-a-zone", "times-without"])
def columns(request, settings):
    """A site whose columns keep times with their zone, and one whose columns keep them as its clocks show them."""
    settings.USE_TZ, settings.TIME_ZONE = request.param, "Asia/Tokyo"


@pytest.mark.usefixtures("columns")
def test_each_minute_tells_what_happened_in_it(notary, counters):
    for minute, requests in ((1, 5), (2, 12), (3, 12)):
        counters[ASKED] = requests
        notary.note(after(60 * minute + 1))
    assert noted() == [(0, 5), (60, 7), (120, 0)]
    assert noted(Resolution.QUARTER) == [(0, 12)]


@pytest.mark.usefixtures("columns")
def test_the_history_is_read_as_it_was_noted(notary, counters):
    counters[ASKED] = 5
    notary.note(after(61))
    lately = history(Period.HOUR, NOON + timedelta(seconds=121))
    assert (lately.noted_until, lately.whole.counts[ASKED]) == (NOON, 5)


def test_what_a_cache_holds_and_which_images_were_wanted_stand_beside_it(notary, tmp_path, monkeypatch):
    monkeypatch.setattr(top_images.time, "time", lambda: after(30))
    images = top_images.TopImages(tmp_path)
    for _ in range(3):
        images.count("map.tif")
    notary.note(after(61))
    span = ActivitySample.objects.filter(resolution=Resolution.MINUTE).get().span
    assert span.images == {"map.tif": 3}
    assert span.held == {"disk": Held(entries=3, bytes=30)}


def test_counters_that_begin_anew_add_what_they_show(notary, counters):
    counters[ASKED] = 100
    notary.note(after(61))
    counters[ASKED] = 4
    notary.note(after(121))
    assert noted() == [(0, 100), (60, 4)]


def test_another_runner_goes_on_where_the_last_one_ended(notary, counters, tmp_path):
    counters[ASKED] = 5
    successor = Notary("here", tmp_path)
    successor.begin(after(20))
    successor.note(after(61))
    assert noted() == [(0, 5)]


def test_what_nobody_noted_for_long_belongs_to_no_minute(notary, counters):
    counters[ASKED] = 5000
    notary.note(after(3600))
    counters[ASKED] = 5003
    notary.note(after(3661))
    assert noted() == [(3600, 3)]


def test_a_clock_that_is_set_back_makes_a_new_beginning(notary, counters):
    counters[ASKED] = 5
    notary.note(after(-600))
    counters[ASKED] = 6
    notary.note(after(-539))
    assert noted() == [(-600, 1)]


def test_a_minute_that_could_not_be_written_is_told_with_the_next(notary, counters, monkeypatch):
    counters[ASKED] = 5
    with monkeypatch.context() as patch:
        patch.setattr(noting, "forget_old", refuse)
        with pytest.raises(DatabaseError):
            notary.note(after(61))
    counters[ASKED] = 8
    notary.note(after(121))
    assert noted() == [(60, 8)]
    assert ActivitySample.objects.filter(resolution=Resolution.MINUTE).get().seconds == 121


def refuse(now: float) -> None:
    raise DatabaseError("away")


def test_a_torn_note_of_the_last_reading_makes_a_new_beginning(notary, counters, tmp_path):
    (tmp_path / noting.LAST_READING).write_text('{"at": 1, "cou')
    notary.note(after(61))
    assert noted() == []


def test_the_rows_stay_few(notary, counters, monkeypatch):
    monkeypatch.setattr(
        noting, "KEPT", dict(zip(Resolution, (timedelta(minutes=5), timedelta(minutes=30)), strict=True))
    )
    old = NOON - timedelta(days=3)
    for resolution in Resolution:
        ActivitySample.objects.create(machine="gone", resolution=resolution, begins_at=old, seconds=60, numbers={})
    for minute in range(1, 50):
        counters[ASKED] += 1
        notary.note(after(60 * minute + 1))
    assert [start / 60 for start, _ in noted()] == [45, 46, 47, 48]
    assert noted(Resolution.QUARTER) == [(1800, 15), (2700, 4)]
    assert noted(machine="gone") == noted(Resolution.QUARTER, "gone") == []


def test_the_history_adds_machines_up_or_tells_of_one(counters, tmp_path):
    for machine, requests in (("a", 5), ("b", 7)):
        folder = tmp_path / machine
        folder.mkdir()
        notary = Notary(machine, folder)
        counters[ASKED] = 0
        notary.begin(after(0))
        counters[ASKED] = requests
        notary.note(after(61))
    now = NOON + timedelta(seconds=100)
    together, alone = history(Period.HOUR, now), history(Period.HOUR, now, "b")
    assert together.machines == alone.machines == ("a", "b")
    assert (len(together.steps), together.steps[-1].counts, together.noted_until) == (60, {ASKED: 12}, NOON)
    assert alone.whole.counts == {ASKED: 7}
    assert together.whole.held["disk"].entries == 6
    assert history(Period.DAY, now).whole.counts == {ASKED: 12}
    assert history(Period.HOUR, now + timedelta(hours=2)).whole is None


def test_notes_are_taken_just_after_each_minute():
    assert seconds_to_next_note(60.0) == 61
    assert seconds_to_next_note(119.5) == 1.5


def test_nothing_is_noted_where_processes_do_not_count_together(monkeypatch):
    monkeypatch.delenv(noting.SHARED_FOLDER_VARIABLE, raising=False)
    keep_notes("here", threading.Event())
    assert not ActivitySample.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_notes_are_taken_until_the_end_whatever_happens_meanwhile(counters, monkeypatch, tmp_path, caplog):
    monkeypatch.setenv(noting.SHARED_FOLDER_VARIABLE, str(tmp_path))
    # The clock is looked at for the beginning, and then before and after each wait.
    is_ending, times = threading.Event(), iter(after(second) for second in (0, 0, 61, 61, 121, 121, 181, 181))
    outcomes = iter([noting.forget_old, refuse, noting.forget_old])

    def forget(now: float) -> None:
        outcome = next(outcomes)
        if now >= after(181):
            is_ending.set()
        outcome(now)

    monkeypatch.setattr(noting, "seconds_to_next_note", lambda now: 0.0)
    monkeypatch.setattr(noting, "forget_old", forget)
    keep_notes("here", is_ending, clock=lambda: next(times))
    assert "could not be noted" in caplog.text
    assert [start for start, _ in noted()] == [0, 120]
