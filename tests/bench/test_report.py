"""Tables, files and ratios of figures."""

from __future__ import annotations

import pytest

from bench import __main__ as command
from bench.report import Report, Row, comparison, medians, read_report, table, write_report, written

REPORT = Report(
    (
        Row("info.json", {"requests/s": 1234.5, "p50 ms": 1.234, "errors": 0}),
        Row("tile", {"requests/s": 20, "p50 ms": 45.67, "errors": 0, "RSS 1 MB": 98.04}),
    )
)


def test_the_table_has_a_line_for_each_step_and_a_column_for_each_figure():
    assert table(REPORT).splitlines() == [
        "step       requests/s  p50 ms  errors  RSS 1 MB",
        "info.json        1234    1.23       0         -",
        "tile               20    45.7       0      98.0",
    ]


def test_ratios_to_earlier_figures():
    earlier = Report((Row("tile", {"requests/s": 10, "p50 ms": 0}),))
    lines = [line.split() for line in comparison(REPORT, earlier).splitlines()]
    assert lines[1] == ["info.json", "-", "-", "-", "-"]
    assert lines[2] == ["tile", "2.00", "-", "-", "-"]


def test_the_median_of_the_rounds_and_the_sum_of_the_errors():
    rounds = [{"p50 ms": value, "errors": 1} for value in (1, 9, 2)]
    assert medians(rounds) == {"p50 ms": 2, "errors": 3}


@pytest.mark.parametrize(
    ("figure", "text"), [(None, "-"), (0, "0"), (3.0, "3"), (1.005, "1.00"), (12.34, "12.3"), (123.4, "123")]
)
def test_three_digits_are_enough(figure, text):
    assert written(figure) == text


def test_a_file_brings_the_figures_back(tmp_path):
    write_report(REPORT, tmp_path / "figures.json")
    assert read_report(tmp_path / "figures.json") == REPORT


@pytest.mark.parametrize("text", ["", "[]", '{"rows": [1]}', "no json"])
def test_a_file_without_figures_is_refused(tmp_path, text):
    (tmp_path / "figures.json").write_text(text)
    with pytest.raises(ValueError, match=r"figures|JSON|Expecting"):
        read_report(tmp_path / "figures.json")


@pytest.fixture
def measured(monkeypatch):
    """Has the command find this report instead of measuring."""

    def find(report):
        monkeypatch.setattr(command.engine, "measure", lambda **options: report)

    return find


def test_errors_are_told_by_the_exit_status(measured, capsys):
    measured(Report((Row("tile", {"errors": 2}),)))
    assert command.main(["engine"]) == 1
    assert "2 answers were errors" in capsys.readouterr().err


def test_the_command_prints_and_writes_and_compares(measured, capsys, tmp_path):
    measured(REPORT)
    file = str(tmp_path / "figures.json")
    assert command.main(["engine", "--json", file]) == 0
    assert command.main(["engine", "--compare", file]) == 0
    printed = capsys.readouterr().out
    assert table(REPORT) in printed
    assert "1.00" in printed


def test_a_missing_file_to_compare_with_is_told_before_anything_is_measured(measured, capsys):
    measured(None)
    assert command.main(["engine", "--compare", "/nowhere.json"]) == 2
    assert "/nowhere.json" in capsys.readouterr().err
