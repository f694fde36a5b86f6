"""The admin pages of the service: its own settings, its history, its state."""

from __future__ import annotations

from . import history, settings, status

__all__ = ["history", "settings", "status"]
