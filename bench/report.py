"""Figures as a table, as a file, and beside earlier ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured in one step: figures by the head of their column."""

    step: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """All steps of one run."""

    rows: tuple[Row, ...]

    @property
    def errors(self) -> int:
        return int(sum(row.figures.get(ERRORS, 0) for row in self.rows))


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over the rounds; errors are added up, since one is too many."""
    merged = {name: median(each[name] for each in rounds) for name in rounds[0]}
    if ERRORS in merged:
        merged[ERRORS] = sum(each[ERRORS] for each in rounds)
    return merged


def table(report: Report) -> str:
    """The figures in columns of even width."""
    return in_columns(report, lambda row, name: written(row.figures.get(name)))


def comparison(report: Report, earlier: Report) -> str:
    """Each figure divided by the earlier one of the same step; a dash where there is none."""
    before = {row.step: row.figures for row in earlier.rows}

    def ratio(row: Row, name: str) -> str:
        new, old = row.figures.get(name), before.get(row.step, {}).get(name)
        return f"{new / old:.2f}" if new is not None and old else "-"

    return in_columns(report, ratio)


def in_columns(report: Report, cell: Callable[[Row, str], str]) -> str:
    heads = list(dict.fromkeys(name for row in report.rows for name in row.figures))
    lines = [["step", *heads], *([row.step, *(cell(row, name) for name in heads)] for row in report.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads) + 1)]
    return "\n".join(in_line(line, widths) for line in lines)


def in_line(cells: list[str], widths: list[int]) -> str:
    first, *others = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def written(figure: float | None) -> str:
    """About three digits; whole numbers as they are."""
    if figure is None:
        return "-"
    if figure == int(figure) or figure >= 100:
        return f"{figure:.0f}"
    return f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def write_report(report: Report, file: Path) -> None:
    file.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")


def read_report(file: Path) -> Report:
    """Raises `OSError` or `ValueError` for what is no report."""
    document = json.loads(file.read_text(encoding="utf-8"))
    try:
        return Report(tuple(Row(row["step"], row["figures"]) for row in document["rows"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} holds no figures: it was not written by --json.") from error
