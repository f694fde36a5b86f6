from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from images.activity.spans import MOST_IMAGES, Held, Span, document_of, joined, most_wanted, side_by_side, span_of

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MADE = ("made",)


def span(minute: int = 0, **values) -> Span:
    return Span(begins_at=NOON + timedelta(minutes=minute), seconds=60, **values)


def test_spans_that_follow_one_another_add_up_and_the_last_amount_holds():
    early = span(0, counts={MADE: 2}, held={"disk": Held(entries=5, bytes=50)}, images={"a": 1})
    late = span(1, counts={MADE: 3}, held={"disk": Held(entries=4, bytes=40)}, images={"a": 1, "b": 3})
    whole = joined([late, early])
    assert (whole.begins_at, whole.seconds, whole.counts) == (NOON, 120, {MADE: 5})
    assert whole.held["disk"].entries == 4
    assert list(whole.images.items()) == [("b", 3), ("a", 2)]


def test_machines_side_by_side_add_up_but_not_their_time():
    whole = side_by_side([span(counts={MADE: 2}), span(counts={MADE: 3})])
    assert (whole.seconds, whole.counts) == (60, {MADE: 5})


def test_disks_of_machines_are_added_up_and_a_store_that_all_share_is_not():
    disk = Held(entries=5, bytes=50, limit_bytes=100)
    redis = Held(entries=7, bytes=70, is_local=False)
    whole = side_by_side([span(held={"disk": disk, "redis": redis}), span(held={"disk": disk, "redis": redis})])
    assert whole.held["disk"] == Held(entries=10, bytes=100, limit_bytes=200)
    assert whole.held["redis"] == redis


def test_only_so_many_images_are_told_of():
    images = most_wanted([{f"{number:04}": number for number in range(1000)}, {"0001": 2000}])
    assert len(images) == MOST_IMAGES
    assert list(images.items())[:2] == [("0001", 2001), ("0999", 999)]


def test_a_span_is_the_same_after_it_has_been_written_down():
    held = {"disk": Held(entries=5, bytes=None), "redis": Held(entries=1, bytes=2, limit_bytes=3, is_local=False)}
    noted = span(counts={("reads", "disk", "", "hit"): 3.0}, held=held, images={"ü/<b>.tif": 9})
    assert span_of(noted.begins_at, 60, json.loads(json.dumps(document_of(noted)))) == noted
