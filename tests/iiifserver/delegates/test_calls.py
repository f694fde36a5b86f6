"""Calls that may hang."""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar

import pytest

from iiifserver.delegates.calls import CallTooSlow, Lane

LONG = 30.0


@pytest.fixture
def gate():
    """Lets calls hang until the test is over."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_a_call_gives_what_the_function_returns():
    assert Lane().run(lambda: 5, LONG) == 5


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("slow"), SystemExit(1)])
def test_a_call_raises_what_the_function_raises(error):
    def fail():
        raise error

    with pytest.raises(type(error)) as raised:
        Lane().run(fail, LONG)
    assert raised.value is error


def test_a_call_that_hangs_is_left_behind(gate):
    lane = Lane()
    with pytest.raises(CallTooSlow):
        lane.run(gate.wait, 0.01)
    assert lane.run(lambda: "next", LONG) == "next"


def test_a_call_for_which_no_thread_is_free_is_never_made(gate):
    lane, made = Lane(most=1), []
    with pytest.raises(CallTooSlow):
        lane.run(gate.wait, 0.01)
    with pytest.raises(CallTooSlow):
        lane.run(lambda: made.append(1), 0.01)
    gate.set()
    assert lane.run(lambda: list(made), LONG) == []


def test_threads_are_used_again():
    lane = Lane()
    names = {lane.run(threading.get_ident, LONG) for _ in range(50)}
    assert len(names) <= 3


def test_a_call_sees_the_variables_of_who_makes_it():
    variable = ContextVar("variable", default="")
    variable.set("mine")
    assert Lane().run(variable.get, LONG) == "mine"


def test_a_process_that_was_forked_makes_threads_of_its_own():
    lane = Lane()
    lane.run(lambda: None, LONG)
    lane._process = os.getpid() + 1
    assert lane.run(lambda: "ready", LONG) == "ready"
