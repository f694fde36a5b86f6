from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching.flight import Flights
from iiifserver.iiif.errors import Overloaded, Unreadable

SECONDS = 60


@pytest.fixture
def crew():
    with ThreadPoolExecutor(200) as pool:
        yield pool


class Work:
    """Something to make that takes until it is let go."""

    def __init__(self, result: object = b"picture") -> None:
        self.result = result
        self.calls = 0
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.calls += 1
        self.has_begun.set()
        assert self.may_end.wait(SECONDS)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


def followers_of(flights: Flights, crew, work: Work, number: int):
    """A leader that has begun, and that many callers who have come after it."""
    leader = crew.submit(flights.once, "key", work, SECONDS)
    assert work.has_begun.wait(SECONDS)
    here = threading.Barrier(number + 1)

    def follow():
        here.wait(SECONDS)
        return flights.once("key", work, SECONDS)

    followers = [crew.submit(follow) for _ in range(number)]
    here.wait(SECONDS)
    return leader, followers


def wait_for_seats(flights: Flights, left: int) -> None:
    deadline = time.monotonic() + SECONDS
    while flights._seats._value > left:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_all_who_come_meanwhile_share_one_result(crew):
    flights, work = Flights(most_followers=199, patience_seconds=0), Work()
    leader, followers = followers_of(flights, crew, work, 199)
    wait_for_seats(flights, left=0)
    work.may_end.set()
    assert {leader.result(SECONDS), *(follower.result(SECONDS) for follower in followers)} == {b"picture"}
    assert work.calls == 1


def test_other_keys_do_not_wait(crew):
    flights, work = Flights(most_followers=1), Work()
    leader = crew.submit(flights.once, "slow", work, SECONDS)
    assert work.has_begun.wait(SECONDS)
    assert flights.once("other", lambda: b"other", SECONDS) == b"other"
    work.may_end.set()
    assert leader.result(SECONDS) == b"picture"


def test_an_error_for_visitors_is_shared(crew):
    flights, work = Flights(most_followers=5, patience_seconds=0), Work(Unreadable("Damaged."))
    leader, followers = followers_of(flights, crew, work, 5)
    wait_for_seats(flights, left=0)
    work.may_end.set()
    for caller in (leader, *followers):
        with pytest.raises(Unreadable):
            caller.result(SECONDS)
    assert work.calls == 1


def test_any_other_error_is_the_leaders_own_and_a_follower_leads(crew):
    flights, work = Flights(most_followers=3, patience_seconds=0), Work(MemoryError())
    leader, followers = followers_of(flights, crew, work, 3)
    wait_for_seats(flights, left=0)
    work.may_end.set()
    errors = [caller.exception(SECONDS) for caller in (leader, *followers)]
    assert [type(error) for error in errors] == [MemoryError] * 4
    assert work.calls == 4


def test_a_leader_that_is_stopped_leaves_nobody_waiting(crew):
    flights, work = Flights(most_followers=1, patience_seconds=0), Work(SystemExit())
    leader, (follower,) = followers_of(flights, crew, work, 1)
    wait_for_seats(flights, left=0)
    work.may_end.set()
    assert isinstance(leader.exception(SECONDS), SystemExit)
    assert isinstance(follower.exception(SECONDS), SystemExit)
    assert work.calls == 2


def test_a_follower_gives_up_at_its_deadline(crew):
    flights, work = Flights(most_followers=1), Work()
    leader = crew.submit(flights.once, "key", work, SECONDS)
    assert work.has_begun.wait(SECONDS)
    with pytest.raises(Overloaded):
        flights.once("key", work, 0.01)
    work.may_end.set()
    assert leader.result(SECONDS) == b"picture"


def test_who_finds_no_seat_gives_up_after_a_short_while(crew):
    flights, work = Flights(most_followers=2, patience_seconds=0), Work()
    leader, followers = followers_of(flights, crew, work, 2)
    wait_for_seats(flights, left=0)
    with pytest.raises(Overloaded):
        flights.once("key", work, SECONDS)
    work.may_end.set()
    assert [caller.result(SECONDS) for caller in (leader, *followers)] == [b"picture"] * 3


def test_seats_do_not_matter_to_what_is_quick(crew):
    flights, work = Flights(most_followers=1, patience_seconds=SECONDS), Work()
    leader, followers = followers_of(flights, crew, work, 10)
    work.may_end.set()
    assert [caller.result(SECONDS) for caller in (leader, *followers)] == [b"picture"] * 11


def test_nothing_is_left_of_flights_that_ended():
    flights = Flights(most_followers=1)
    flights.once("good", lambda: b"picture", SECONDS)
    with pytest.raises(ValueError, match="bad"):
        flights.once("bad", lambda: int("bad"), SECONDS)
    assert len(flights) == 0


def test_seats_are_given_back(crew):
    flights = Flights(most_followers=1, patience_seconds=0)
    for _ in range(3):
        work = Work()
        leader, (follower,) = followers_of(flights, crew, work, 1)
        wait_for_seats(flights, left=0)
        work.may_end.set()
        assert leader.result(SECONDS) == follower.result(SECONDS) == b"picture"
