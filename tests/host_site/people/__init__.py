"""Who works here."""

from __future__ import annotations
