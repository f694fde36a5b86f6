"""What staff choose under Output, as requests use it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from processors.models import OutputSettings
from processors.output import Filter

KNOWN_ELSEWHERE = ("bell", "bspline", "bicubic", "box", "hermite", "lanczos3", "mitchell", "triangle")
"""The filters of Cantaloupe."""


@pytest.mark.parametrize("name", KNOWN_ELSEWHERE)
def test_a_filter_can_be_chosen_by_the_name_that_it_has_elsewhere(name: str):
    settings = OutputSettings(downscale_filter=name, upscale_filter=name)
    settings.clean_fields()
    chosen = settings.frozen()
    assert (chosen.downscale_filter, chosen.upscale_filter) == (Filter(name), Filter(name))
    assert chosen.downscale_filter.resampling.name


def test_every_filter_can_be_chosen():
    assert {value for value, _ in OutputSettings.FILTERS} == {one.value for one in Filter}


@pytest.mark.parametrize("level", [0, 3, 9])
def test_the_compression_of_png_is_used(level: int):
    assert OutputSettings(png_compression=level).frozen().encoder.png_compress_level == level


def test_png_knows_no_level_above_nine():
    with pytest.raises(ValidationError, match="less than or equal to 9"):
        OutputSettings(png_compression=10).clean_fields()
