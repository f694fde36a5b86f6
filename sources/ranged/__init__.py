"""Images that lie elsewhere, read by the pieces that are needed."""

from __future__ import annotations
