from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iiifserver.iiif.errors import IIIFError, SourceMissing, SourceReplaced, SourceTooSlow, SourceUnavailable
from sources.breaker import FAILURES_UNTIL_REST, FIRST_REST_SECONDS, LONGEST_REST_SECONDS, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def attempt(breaker: Breaker, error: IIIFError | None = None, origin: str = "one") -> bool:
    """Whether the server was asked."""
    was_asked = False
    try:
        with breaker.watching(origin):
            was_asked = True
            if error:
                raise error
    except IIIFError:
        return was_asked
    return was_asked


def fail(breaker: Breaker, times: int = FAILURES_UNTIL_REST, origin: str = "one") -> None:
    for _ in range(times):
        attempt(breaker, SourceUnavailable("away"), origin)


def test_a_server_that_fails_now_and_then_is_asked_every_time(breaker: Breaker):
    for _ in range(5):
        fail(breaker, FAILURES_UNTIL_REST - 1)
        assert attempt(breaker)
    assert breaker.failing() == {}


@pytest.mark.parametrize("error", [SourceUnavailable("away"), SourceTooSlow("slow")])
def test_a_server_that_fails_again_and_again_rests(breaker: Breaker, error: IIIFError):
    for _ in range(FAILURES_UNTIL_REST):
        assert attempt(breaker, error)
    assert not attempt(breaker)


def test_who_is_turned_away_is_told_when_to_come_back(breaker: Breaker, clock: Clock):
    fail(breaker)
    clock.now += 1
    with pytest.raises(SourceUnavailable) as error, breaker.watching("one"):
        pass
    assert error.value.retry_after_seconds == FIRST_REST_SECONDS - 1


@pytest.mark.parametrize("error", [SourceMissing("no"), SourceReplaced()])
def test_an_answer_that_says_no_is_no_failure(breaker: Breaker, error: IIIFError):
    for _ in range(3 * FAILURES_UNTIL_REST):
        assert attempt(breaker, error)


def test_after_the_rest_one_request_tries_while_others_are_turned_away(breaker: Breaker, clock: Clock):
    fail(breaker)
    clock.now += FIRST_REST_SECONDS
    with breaker.watching("one"):
        assert not attempt(breaker)
    assert attempt(breaker)


def test_each_failed_try_doubles_the_rest_up_to_a_bound(breaker: Breaker, clock: Clock):
    fail(breaker)
    rests = []
    for _ in range(8):
        clock.now = breaker.failing()["one"].rests_until
        fail(breaker, 1)
        rests.append(breaker.failing()["one"].rests_until - clock.now)
    assert rests[:3] == [10, 20, 40]
    assert rests[-1] == LONGEST_REST_SECONDS


def test_other_servers_are_not_slowed_down(breaker: Breaker):
    fail(breaker)
    assert attempt(breaker, origin="other")


def test_what_fails_can_be_read_with_its_reason(breaker: Breaker):
    fail(breaker)
    (condition,) = breaker.failing().values()
    assert (condition.failures, condition.reason) == (FAILURES_UNTIL_REST, "away")


def test_of_many_at_once_one_tries_and_servers_that_are_well_are_asked_by_all(breaker: Breaker, clock: Clock):
    fail(breaker)
    clock.now += FIRST_REST_SECONDS
    tries, together = [], threading.Barrier(40)
    tried = threading.Event()

    def ask(number: int) -> bool:
        together.wait(60)
        origin = "one" if number % 2 else "other"
        try:
            with breaker.watching(origin):
                tries.append(origin)
                if origin == "one":
                    # Nobody else gets in, however long it takes.
                    tried.wait(60)
                    raise SourceUnavailable("away")
                return True
        except SourceUnavailable:
            return False

    with ThreadPoolExecutor(40) as threads:
        asked = [threads.submit(ask, number) for number in range(40)]
        assert all(each.result(60) for each in asked[::2])
        tried.set()
        assert not any(each.result(60) for each in asked[1::2])
    assert (tries.count("one"), tries.count("other")) == (1, 20)
