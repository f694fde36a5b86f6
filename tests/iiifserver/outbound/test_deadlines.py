"""How long an answer may take, by a clock that the tests turn."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from iiifserver.outbound import deadlines
from iiifserver.outbound.deadlines import SLOWEST_BYTES_PER_SECOND, TimedBytes, in_a_hurry, seconds_left, time_limit


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(deadlines, "time", clock)
    return clock


class Answer:
    """What a server sends, and somebody who reads it."""

    def __init__(self, limit: AbstractContextManager[None]) -> None:
        self.server, self._client = socket.socketpair()
        self._client.settimeout(20)
        with limit:
            self._bytes = TimedBytes(self._client)

    def comes(self, content: bytes) -> None:
        """Sends the bytes and has them read."""
        self.server.sendall(content)
        missing = len(content)
        while missing:
            missing -= len(self._bytes.read(missing) or b"")

    def close(self) -> None:
        for end in (self._bytes, self._client, self.server):
            end.close()


@pytest.fixture
def answer(clock: Clock) -> Iterator[type[Answer]]:
    answers: list[Answer] = []

    def begin(limit: AbstractContextManager[None]) -> Answer:
        answers.append(Answer(limit))
        return answers[-1]

    yield begin
    for one in answers:
        one.close()


def test_a_byte_each_second_is_taken_until_the_time_is_over(clock: Clock, answer):
    trickle = answer(time_limit(60))
    for _ in range(59):
        clock.now += 1
        trickle.comes(b"0")
    clock.now += 1
    with pytest.raises(TimeoutError):
        trickle.comes(b"0")


def test_in_a_hurry_a_byte_each_second_is_soon_too_slow(clock: Clock, answer):
    trickle = answer(in_a_hurry(5))
    for _ in range(4):
        clock.now += 1
        trickle.comes(b"0")
    clock.now += 2
    with pytest.raises(TimeoutError):
        trickle.comes(b"0")


def test_in_a_hurry_a_long_answer_has_the_time_that_its_bytes_take(clock: Clock, answer):
    steady = answer(in_a_hurry(5))
    for _ in range(60):
        clock.now += 1
        steady.comes(bytes(SLOWEST_BYTES_PER_SECOND))
    clock.now += 5.1
    with pytest.raises(TimeoutError):
        steady.comes(b"0")


def test_the_time_in_all_holds_for_a_long_answer_too(clock: Clock, answer):
    with time_limit(10):
        steady = answer(in_a_hurry(5))
    for _ in range(9):
        clock.now += 1
        steady.comes(bytes(SLOWEST_BYTES_PER_SECOND))
    clock.now += 1
    with pytest.raises(TimeoutError):
        steady.comes(b"0")


def test_the_earlier_end_counts(clock: Clock):
    assert seconds_left() is None
    with time_limit(60), in_a_hurry(5):
        assert seconds_left() == 5
        clock.now += 4
        with in_a_hurry(5), time_limit(0.5):
            assert seconds_left() == 0.5
            clock.now += 3
            assert seconds_left() == 0
        with in_a_hurry(5):
            assert seconds_left() == 0
    assert seconds_left() is None
