"""Speed and memory of the server, measured the same way every time."""

from __future__ import annotations
