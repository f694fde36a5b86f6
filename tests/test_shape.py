"""What CONTRIBUTING promises of the product's files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bench", "caching", "iiifserver", "images", "overlays", "processors", "sources")
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50


def files_of(room: str) -> list[Path]:
    """Without migrations, which are never edited again."""
    files = (ROOT / room).rglob("*.py")
    return [file for file in files if not {"migrations", "node_modules", "documentation"} & set(file.parts)]


@pytest.mark.parametrize("room", ROOMS)
def test_no_file_and_no_function_is_too_long(room):
    files = files_of(room)
    assert files
    assert [long for file in files for long in too_long(file)] == []


def too_long(file: Path) -> list[str]:
    text, place = file.read_text(encoding="utf-8"), file.relative_to(ROOT)
    lines = len(text.splitlines())
    found = [f"{place}: {lines} lines"] if lines > MOST_LINES_OF_A_FILE else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_OF_A_FUNCTION:
                found.append(f"{place}: {node.name} has {length} lines")
    return found
