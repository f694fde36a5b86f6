from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from iiifserver.iiif.errors import Overloaded
from iiifserver.watching.gate import Gate

LONG = 30


def test_many_are_inside_at_once():
    gate = Gate()
    for _ in range(3):
        gate.enter()
    for _ in range(3):
        gate.leave()


def test_one_alone_waits_until_the_others_have_left():
    gate, order = Gate(LONG, LONG), []
    gate.enter()
    with ThreadPoolExecutor() as pool:
        alone = pool.submit(lambda: (gate.enter_alone(), order.append("alone")))
        order.append("others")
        gate.leave()
        alone.result(LONG)
    assert order == ["others", "alone"]


def test_others_wait_for_one_alone():
    gate, order = Gate(LONG, LONG), []
    gate.enter_alone()
    with ThreadPoolExecutor() as pool:
        other = pool.submit(lambda: (gate.enter(), order.append("other")))
        order.append("alone")
        gate.leave_alone()
        other.result(LONG)
    assert order == ["alone", "other"]


def test_two_of_them_are_not_inside_together():
    gate, inside, most = Gate(LONG, LONG), [], []

    def try_alone():
        gate.enter_alone()
        inside.append(1)
        most.append(len(inside))
        inside.pop()
        gate.leave_alone()

    with ThreadPoolExecutor(8) as pool:
        for trial in [pool.submit(try_alone) for _ in range(50)]:
            trial.result(LONG)
    assert max(most) == 1


def test_nobody_waits_for_ever():
    gate = Gate(0.01, 0.01)
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter_alone()
    gate.leave()
    gate.enter_alone()
    for enter in (gate.enter, gate.enter_alone):
        with pytest.raises(Overloaded):
            enter()


def test_one_that_gave_up_lets_the_others_in():
    gate, is_inside = Gate(0.01, LONG), Event()
    gate.enter()
    with pytest.raises(Overloaded):
        gate.enter_alone()
    with ThreadPoolExecutor() as pool:
        pool.submit(lambda: (gate.enter(), is_inside.set()))
        assert is_inside.wait(LONG)
