from __future__ import annotations

import pytest

from images.activity.charts import Row, bars, columns, lines, nice_top, stacked


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (0.03, 0.04), (0.2, 0.2), (1, 1), (7, 8), (10, 10), (11, 12), (230, 400), (1.7e9, 2e9)],
)
def test_the_top_is_a_round_number_that_holds_all_values(most, top):
    assert nice_top([None, 0, most]) == pytest.approx(top)


def test_bars_stand_on_top_of_one_another():
    rows = [Row("made", (5.0, None, 0.0)), Row("found", (5.0, 10.0, None))]
    made, found = bars(rows, 10)
    assert stacked(rows) == [10, 10, 0]
    assert made.path == "M0.12 100V50H0.88V100Z"
    assert found.path == "M0.12 50V0H0.88V50ZM1.12 100V0H1.88V100Z"
    assert (made.number, found.number) == (1, 2)


def test_a_line_is_level_within_a_step_and_breaks_where_nothing_is_known():
    (shape,) = lines([Row("hits", (100.0, 50.0, None, 0.0))], 100)
    assert shape.path == "M0 0H1V50H2M3 100H4"


def test_a_value_above_the_top_stays_in_the_chart():
    assert lines([Row("hits", (150.0,))], 100)[0].path == "M0 0H1"


def test_nothing_is_drawn_of_nothing():
    assert bars([], 1) == ()
    assert bars([Row("made", (None, 0.0))], 1)[0].path == ""
    assert nice_top([None]) == 1


def test_who_points_at_a_step_is_told_its_values():
    rows = [Row("made", (5.0, None)), Row("found", (1.0, None))]
    told = columns(["12:00", "12:01"], rows, lambda value: f"{value:.0f}")
    assert [column.words for column in told] == ["12:00: made 5, found 1", "12:01: nothing noted"]
