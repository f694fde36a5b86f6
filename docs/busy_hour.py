"""Writes an hour into the history in which there was something to do. For the shell of a server that has none yet."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from django.utils import timezone

from images.activity.noting import add
from images.activity.resolution import Resolution
from images.activity.spans import Held, Span
from images.jobs.machine import machine_name

MINUTES = 60
SLOWEST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, math.inf)
CHANCE = random.Random(4)  # noqa: S311 (a picture for a manual)


def minute(begins_at: datetime, number: int) -> Span:
    """More and more to do, of which the caches have more and more."""
    images = int((60 + number) * CHANCE.uniform(0.8, 1.2))
    stored, hits = int(0.4 * images), int((0.3 + number / 250) * images)
    usual = CHANCE.uniform(0.006, 0.012)
    waits = {str(bound): images * (1 - math.exp(-bound / usual)) for bound in SLOWEST}
    return Span(
        begins_at=begins_at,
        seconds=60,
        counts={
            ("requests", "image", "200"): images,
            ("requests", "image", "404"): number % 7 // 6,
            ("requests", "info", "200"): images // 6,
            ("stored",): stored,
            ("made",): images - stored - hits,
            ("reads", "FilesystemCache", "FilesystemSource", "hit"): hits,
            ("reads", "FilesystemCache", "FilesystemSource", "miss"): images - stored - hits,
            ("reads", "Infos", "FilesystemSource", "hit"): images,
            ("reads", "Infos", "FilesystemSource", "miss"): images // 40,
            **{("waits", "image", bound): count for bound, count in waits.items()},
        },
        held={"FilesystemCache": Held(entries=8000 + 90 * number, bytes=10**6 * (300 + 4 * number))},
        images={"maps/harbour.tif": images // 3, "letters/1871/12.jp2": images // 5},
    )


now = timezone.now().replace(second=0, microsecond=0)
for back in range(MINUTES, 0, -1):
    span = minute(now - timedelta(minutes=back), MINUTES - back)
    for resolution in Resolution:
        add(span, machine_name(), resolution)
