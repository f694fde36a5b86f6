"""The pages of the documentation as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.live import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\S[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what is behind the three ticks, and the text inside."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(kind: str) -> list[Block]:
    """Every block of that kind, of all pages."""
    return [block for page in pages() for block in blocks_of(page) if block.kind.split()[0] == kind]


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])


def first_cells(name: str) -> list[str]:
    """What stands between ticks in the first column of each table of a page."""
    rows = re.findall(r"^\| ([^|]+) \|", text_of(name), re.MULTILINE)
    return [cell for row in rows for cell in re.findall(r"`([^`]+)`", row)]
