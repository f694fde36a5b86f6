"""What to warm, from a list that people have."""

from __future__ import annotations


def identifiers_in_list(text: str) -> list[str]:
    """One identifier a line; empty lines and lines that begin with # are passed over."""
    lines = (line.strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
