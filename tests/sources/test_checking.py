"""Checks in the background: few at once, one of each name, and none that fails unseen."""

from __future__ import annotations

import threading

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from sources.checking import Checks

DEADLINE = 30


class Held:
    """Checks that wait until they are let go, and tell when they are over."""

    def __init__(self, most: int = 4) -> None:
        self.checks = Checks(most)
        self.go = threading.Event()

    def begin(self, name: str, error: Exception | None = None) -> bool:
        def check() -> None:
            assert self.go.wait(DEADLINE)
            if error is not None:
                raise error

        return self.checks.begin(name, check)

    def end(self) -> None:
        """Lets all go and waits for their threads."""
        self.go.set()
        for thread in threading.enumerate():
            if thread.name == "freshness":
                thread.join(DEADLINE)


@pytest.fixture
def held():
    held = Held()
    yield held
    held.end()


def test_a_name_is_checked_once_at_a_time(held):
    assert [held.begin("a"), held.begin("a"), held.begin("b")] == [True, False, True]
    held.end()
    assert held.begin("a")


def test_only_few_are_checked_at_once():
    held = Held(most=2)
    assert [held.begin(name) for name in "abc"] == [True, True, False]
    held.end()
    assert held.begin("c")
    held.end()


@pytest.mark.parametrize(("error", "level"), [(SourceUnavailable("away"), "WARNING"), (ValueError("fault"), "ERROR")])
def test_a_failure_is_in_the_log_and_leaves_room_for_the_next(held, caplog, error, level):
    held.begin("a", error)
    held.end()
    assert [record.levelname for record in caplog.records] == [level]
    assert held.begin("a")
