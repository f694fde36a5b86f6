"""The service: composes the four roles into answers to IIIF requests."""

from __future__ import annotations
