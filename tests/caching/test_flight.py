from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching.flight import Flights
from iiifserver.iiif.errors import Overloaded, Unreadable
from iiifserver.visit import ClientLeft, SetAside, Visit, visiting

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


def visitor(flights: Flights, work: Work, timeout_seconds: float = SECONDS, **visit):
    """Somebody who asks over a server that can set requests aside."""
    with visiting(Visit(**{"descriptor": 0, "may_be_set_aside": True, **visit})):
        return flights.once("key", work, timeout_seconds)


def set_aside(flights: Flights, crew, work: Work):
    """The leader, the request that found no seat, and how that was set aside."""
    leader = crew.submit(flights.once, "key", work, SECONDS)
    assert work.has_begun.wait(SECONDS)
    with pytest.raises(SetAside) as raised:
        visitor(flights, work)
    return leader, raised.value


def test_who_finds_no_seat_is_set_aside_and_told_when_the_picture_is_there(crew):
    flights, work, told = Flights(most_followers=0), Work(), threading.Event()
    leader, aside = set_aside(flights, crew, work)
    aside.awaited.when_done(told.set)
    assert not told.is_set()
    work.may_end.set()
    assert told.wait(SECONDS)
    assert visitor(flights, work, awaited=aside.awaited) == b"picture" == leader.result(SECONDS)
    assert work.calls == 1


def test_who_asks_for_word_of_what_is_done_has_it_at_once(crew):
    flights, work, told = Flights(most_followers=0), Work(), threading.Event()
    leader, aside = set_aside(flights, crew, work)
    work.may_end.set()
    leader.result(SECONDS)
    aside.awaited.when_done(told.set)
    assert told.is_set()


def test_an_error_for_visitors_is_for_those_set_aside_too(crew):
    flights, work = Flights(most_followers=0), Work(Unreadable("Damaged."))
    leader, aside = set_aside(flights, crew, work)
    work.may_end.set()
    assert isinstance(leader.exception(SECONDS), Unreadable)
    with pytest.raises(Unreadable):
        visitor(flights, work, awaited=aside.awaited)
    assert work.calls == 1


def test_after_the_leaders_own_error_one_of_those_set_aside_leads(crew):
    flights, work = Flights(most_followers=0), Work(MemoryError())
    leader, aside = set_aside(flights, crew, work)
    work.may_end.set()
    assert isinstance(leader.exception(SECONDS), MemoryError)
    with pytest.raises(MemoryError):
        visitor(flights, work, awaited=aside.awaited)
    assert work.calls == 2


def test_what_was_awaited_for_another_picture_is_no_answer(crew):
    flights, work = Flights(most_followers=0), Work()
    leader, aside = set_aside(flights, crew, work)
    work.may_end.set()
    leader.result(SECONDS)
    with visiting(Visit(0, may_be_set_aside=True, awaited=aside.awaited)):
        assert flights.once("other", lambda: b"other", SECONDS) == b"other"


def test_nobody_is_set_aside_for_longer_than_anybody_may_wait(crew):
    flights, work = Flights(most_followers=0), Work()
    leader, aside = set_aside(flights, crew, work)
    with pytest.raises(Overloaded):
        visitor(flights, work, awaited=aside.awaited, waiting_since=time.monotonic() - 2 * SECONDS)
    work.may_end.set()
    assert leader.result(SECONDS) == b"picture"


def test_a_follower_whose_client_leaves_gives_up(crew, monkeypatch):
    monkeypatch.setattr("caching.flight.SECONDS_BETWEEN_LOOKS", 0.01)
    flights, work = Flights(most_followers=1, patience_seconds=0), Work()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        leader = crew.submit(flights.once, "key", work, SECONDS)
        assert work.has_begun.wait(SECONDS)
        follower = crew.submit(visitor, flights, work, descriptor=ours.fileno(), gives_up=True)
        wait_for_seats(flights, left=0)
        theirs.close()
        assert isinstance(follower.exception(SECONDS), ClientLeft)
    work.may_end.set()
    assert leader.result(SECONDS) == b"picture"
