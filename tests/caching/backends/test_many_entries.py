"""A full cache of very many pictures, while new ones come."""

from __future__ import annotations

import pytest

from bench import eviction
from bench.report import ERRORS

ENTRIES = 100_000
"""`python -m bench eviction` measures the same with a million."""


@pytest.mark.slow
def test_its_limits_cost_next_to_nothing_to_keep_at_fifty_pictures_a_second(home, monkeypatch):
    monkeypatch.setattr(eviction, "ENTRIES", ENTRIES)
    eviction.fill(home / "cache" / "derivatives")
    figures = eviction.figures()
    assert figures["core %, eviction"] < 2
    assert figures["memory MB"] < 50
    assert figures[ERRORS] == 0
