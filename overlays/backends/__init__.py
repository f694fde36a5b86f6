"""One file per kind of overlay."""

from __future__ import annotations
