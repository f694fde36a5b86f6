"""One file per kind of cache."""

from __future__ import annotations
