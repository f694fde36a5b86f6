from __future__ import annotations

import math

import pytest

from images.activity.quantiles import quantile


def test_within_a_bucket_all_are_spread_evenly():
    assert quantile({1.0: 0, 2.0: 10, math.inf: 10}, 0.5) == pytest.approx(1.5)
    assert quantile({1.0: 10, math.inf: 10}, 0.95) == pytest.approx(0.95)


def test_a_bucket_without_anybody_is_passed_over():
    assert quantile({1.0: 5, 2.0: 5, 4.0: 10, math.inf: 10}, 0.95) == pytest.approx(3.8)


def test_of_what_is_beyond_all_bounds_the_last_bound_is_told():
    assert quantile({1.0: 1, math.inf: 100}, 0.5) == 1.0


@pytest.mark.parametrize("buckets", [{}, {1.0: 0, math.inf: 0}])
def test_nobody_waited(buckets):
    assert quantile(buckets, 0.5) is None
