"""One file per kind of processor."""

from __future__ import annotations
