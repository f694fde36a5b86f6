"""The ground floor of the IIIF image server, and its front door."""

from __future__ import annotations

__version__ = "0.1.0"
