"""What staff may write into a row."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from sources.models import Source


def refused(**values: object) -> dict[str, list[str]]:
    row = Source(name="scans", kind="filesystem", **values)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean(validate_unique=False)
    return refusal.value.message_dict


def test_a_row_answers_for_everything_at_first():
    Source(name="scans", kind="filesystem").full_clean(validate_unique=False)


@pytest.mark.parametrize(
    ("values", "field", "cure"),
    [
        ({"answers_for": "prefix"}, "identifier_prefix", "Write the prefix"),
        ({"answers_for": "pattern"}, "identifier_pattern", "Write the pattern"),
        ({"answers_for": "pattern", "identifier_pattern": "("}, "identifier_pattern", "not a regular expression"),
        ({"answers_for": "pattern", "identifier_pattern": r"(a)\1"}, "identifier_pattern", "not a regular expression"),
        ({"lookup": "template"}, "lookup_template", "write {identifier}"),
        ({"lookup": "template", "lookup_template": "{shelf}"}, "lookup_template", "no “shelf”"),
        ({"lookup_prefix": "../secret/"}, "lookup_prefix", "without steps"),
        ({"lookup_suffix": "/../a.tif"}, "lookup_suffix", "without steps"),
    ],
)
def test_what_cannot_work_is_refused_at_its_field(values, field, cure):
    assert cure in refused(**values)[field][0]


def test_a_template_knows_the_groups_of_the_pattern_only_while_it_is_used():
    pattern = {"identifier_pattern": "(?P<shelf>.*)", "lookup": "template", "lookup_template": "{shelf}/full.tif"}
    Source(name="scans", kind="filesystem", answers_for="pattern", **pattern).full_clean(validate_unique=False)
    assert "lookup_template" in refused(answers_for="everything", **pattern)


@pytest.mark.parametrize(
    "affix", [{"lookup_prefix": "scans/2020/"}, {"lookup_suffix": "/full.tif"}, {"lookup_suffix": ".tif"}]
)
def test_ordinary_affixes_are_taken(affix):
    Source(name="scans", kind="filesystem", **affix).full_clean(validate_unique=False)
