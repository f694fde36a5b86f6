"""One file per kind of source."""

from __future__ import annotations
