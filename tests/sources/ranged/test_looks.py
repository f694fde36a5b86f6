from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from sources.ranged.looks import RememberedLooks
from sources.ranged.remote import Look, Mode, State

LOOK = Look(state=State(size=1), mode=Mode.RANGED, reason="")


def test_a_young_look_is_used_again_and_an_old_one_is_shown_to_the_next():
    now, told = [0.0], []
    looks = RememberedLooks(clock=lambda: now[0])

    def look(earlier: Look | None) -> Look:
        told.append(earlier)
        return LOOK

    for moment in (1.0, 5.0, 10.0, 12.0):
        now[0] = moment
        assert looks.get("a", look, 10) is LOOK
    assert told == [None, LOOK]


def test_what_is_missing_is_looked_for_every_time():
    looks, times = RememberedLooks(), []
    for _ in range(2):
        assert looks.get("a", lambda earlier: times.append(earlier), 10) is None
    assert len(times) == 2


@pytest.mark.parametrize("outcome", [LOOK, None])
def test_those_who_ask_at_once_share_one_look(outcome: Look | None):
    looks, times, waiting = RememberedLooks(), [], threading.Barrier(2)

    def look(earlier: Look | None) -> Look | None:
        times.append(earlier)
        waiting.wait(10)
        return outcome

    with ThreadPoolExecutor(10) as threads:
        asked = [threads.submit(looks.get, "a", look, 0) for _ in range(10)]
        while looks._flights["a"].passengers < 10:
            threading.Event().wait(0.001)
        waiting.wait(10)
        # Those who came after the first look had begun share a second one.
        waiting.wait(10)
        assert [each.result() for each in asked] == [outcome] * 10
    assert len(times) == 2


def test_an_error_leaves_nobody_waiting():
    looks, times = RememberedLooks(), []

    def look(earlier: Look | None) -> Look:
        times.append(earlier)
        raise SourceUnavailable("away")

    with pytest.raises(SourceUnavailable):
        looks.get("a", look, 0)
    assert looks._flights == {}
