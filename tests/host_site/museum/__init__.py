"""A Django site of somebody else: it shows a gallery and has the image service built in."""

from __future__ import annotations
