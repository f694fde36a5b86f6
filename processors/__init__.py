"""How bytes become pixels, and pixels bytes again."""

from __future__ import annotations
