"""What is remembered, and for how long."""

from __future__ import annotations
