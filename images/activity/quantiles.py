"""How long most had to wait, from a histogram. Plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping


def quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """The value below which that share of all lies; `None` where there is nothing.

    `buckets` tells for each upper bound how many are not above it, as Prometheus does, the last bound being infinite.
    Within a bucket all are taken to be spread evenly; of what lies above the last finite bound that bound is told.
    """
    bounds = sorted(buckets)
    if not bounds or not buckets[bounds[-1]]:
        return None
    rank = share * buckets[bounds[-1]]
    lower, below = 0.0, 0.0
    for bound in bounds:
        if buckets[bound] >= rank and buckets[bound] > below:
            if math.isinf(bound):
                return lower
            return lower + (bound - lower) * (rank - below) / (buckets[bound] - below)
        lower, below = bound, buckets[bound]
    return lower
