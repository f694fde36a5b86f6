from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from images.activity import figures
from images.activity.figures import Pictures, Questions
from images.activity.spans import Span
from images.activity.summary import summary_of

COUNTS = {
    ("requests", "image", "200"): 90.0,
    ("requests", "image", "404"): 6.0,
    ("requests", "info", "200"): 3.0,
    ("requests", "image", "503"): 1.0,
    ("stored",): 40.0,
    ("made",): 10.0,
    ("reads", "memory", "folder", "hit"): 30.0,
    ("reads", "memory", "folder", "miss"): 20.0,
    ("reads", "disk", "folder", "hit"): 10.0,
    ("reads", "disk", "folder", "miss"): 10.0,
    ("reads", "disk", "web", "hit"): 1.0,
    ("reads", "infos", "folder", "failure"): 2.0,
    ("evicted", "disk"): 5.0,
    ("evicted_bytes", "disk"): 5000.0,
    ("waits", "image", "0.1"): 50.0,
    ("waits", "image", "1.0"): 97.0,
    ("waits", "image", str(math.inf)): 97.0,
}
TIERS = {"infos": "info", "memory": "derivative", "disk": "derivative"}
SPAN = Span(begins_at=datetime(2026, 5, 4, tzinfo=UTC), seconds=120, counts=COUNTS)


def test_rates_are_told_for_a_minute_of_the_time_that_was_noted():
    assert figures.requests_per_minute(SPAN) == 50
    assert figures.requests_per_minute(SPAN, "info") == 1.5
    assert figures.requests_per_minute(Span(begins_at=SPAN.begins_at)) is None


def test_errors_are_those_of_visitors_and_those_of_the_server():
    assert (figures.refused(COUNTS), figures.failed(COUNTS)) == (6, 1)
    assert figures.statuses(COUNTS) == {"200": 93, "404": 6, "503": 1}


def test_pictures_were_stored_remembered_or_made():
    found = figures.pictures(COUNTS, ["memory", "disk"])
    assert found == Pictures(stored=40, remembered=41, made=10)
    assert found.unmade_percent == pytest.approx(100 * 81 / 91)
    assert figures.pictures({}, ["memory"]).unmade_percent is None


def test_a_question_that_caches_pass_on_counts_once():
    assert figures.asked_of_tier(COUNTS, ["memory", "disk"]) == Questions(hits=41, misses=10)
    assert figures.asked_of_tier(COUNTS, ["memory", "disk"], "folder") == Questions(hits=40, misses=10)
    assert figures.asked_of_tier(COUNTS, ["memory", "disk"], "web").hit_percent == 100


def test_a_cache_that_nobody_asks_hides_no_misses():
    assert figures.asked_of_tier(COUNTS, ["memory", "switched off"]).misses == 20
    assert figures.asked_of_tier({}, ["memory"]).hit_percent is None


def test_waits_are_told_by_kind():
    found = figures.waits(COUNTS, "image")
    assert found is not None
    assert found.median == pytest.approx(0.097, abs=0.001)
    assert 0.9 < found.p95 < 1.0
    assert figures.waits(COUNTS, "info") is None


def test_the_summary_tells_of_each_cache_tier_and_source():
    summary = summary_of(SPAN, TIERS)
    assert (summary.requests, summary.per_minute) == (100, 50)
    assert [(cache.name, cache.evicted_entries) for cache in summary.caches] == [
        ("infos", 0),
        ("memory", 0),
        ("disk", 5),
    ]
    assert summary.caches[0].questions == Questions(0, 0, failures=2)
    assert {tier.name: tier.questions.hits for tier in summary.tiers} == {
        "finished pictures": 41,
        "what is known of images": 0,
    }
    assert [(source.name, source.questions.hits) for source in summary.sources] == [("folder", 40), ("web", 1)]


def test_a_cache_that_is_gone_is_told_of_as_long_as_its_traces_last():
    summary = summary_of(SPAN, {"infos": "info"})
    assert [(cache.name, cache.tier) for cache in summary.caches] == [("infos", "info"), ("disk", ""), ("memory", "")]
