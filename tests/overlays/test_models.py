from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from overlays.models import Overlay


def errors_of(**columns):
    try:
        Overlay(name="one", kind="text", **columns).full_clean(validate_unique=False)
    except ValidationError as error:
        return error.message_dict
    return {}


def test_a_row_needs_no_scope():
    assert errors_of() == {}


def test_a_pattern_is_checked():
    (sentence,) = errors_of(identifier_pattern="scans/(")["identifier_pattern"]
    assert sentence.startswith("This is not a regular expression that can be used here")


@pytest.mark.parametrize("name", ["min_width", "min_height", "max_width", "max_height"])
def test_a_threshold_is_at_least_one_pixel(name):
    assert list(errors_of(**{name: 0})) == [name]


@pytest.mark.parametrize("edge", ["width", "height"])
def test_a_maximum_is_no_smaller_than_its_minimum(edge):
    assert errors_of(**{f"min_{edge}": 10, f"max_{edge}": 10}) == {}
    (sentence,) = errors_of(**{f"min_{edge}": 10, f"max_{edge}": 9})[f"max_{edge}"]
    assert sentence == f"Make the maximum {edge} no smaller than the minimum."
