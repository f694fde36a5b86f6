"""Numbers with what they count."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Such as “1 image” and “2,000 images”; the plural is given where it is not made with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
