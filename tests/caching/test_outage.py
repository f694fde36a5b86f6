from __future__ import annotations

import pytest

from caching.outage import REST_SECONDS, SECONDS_BETWEEN_LINES, Outage


@pytest.fixture
def now():
    return [1000.0]


@pytest.fixture
def outage(now):
    return Outage("Reading the cache “Disk”", clock=lambda: now[0])


def test_a_store_that_failed_rests_for_a_moment(outage, now):
    assert not outage.is_on
    outage.begin(OSError())
    assert outage.is_on
    now[0] += REST_SECONDS
    assert not outage.is_on


def test_it_is_logged_once_a_minute(outage, now, caplog):
    for _ in range(100):
        outage.begin(OSError("gone"))
    assert len(caplog.records) == 1
    assert "Disk" in caplog.text
    now[0] += SECONDS_BETWEEN_LINES
    outage.begin(OSError("gone"))
    assert len(caplog.records) == 2
