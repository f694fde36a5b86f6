"""The paintings on the wall."""

from __future__ import annotations
