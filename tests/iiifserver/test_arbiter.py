from __future__ import annotations

import os
import signal

import pytest

from iiifserver.arbiter import status_of


@pytest.mark.parametrize(
    "end", [lambda: os._exit(7), lambda: os.kill(os.getpid(), signal.SIGKILL)], ids=["exit", "kill"]
)
def test_the_status_of_a_child_is_known_before_it_is_fetched(end):
    child = os.fork()
    if child == 0:
        end()
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    status = status_of(child)
    assert os.waitpid(child, 0) == (child, status)


def test_a_child_that_lives_has_none():
    child = os.fork()
    if child == 0:
        signal.pause()
    assert status_of(child) is None
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert status_of(child) is None
