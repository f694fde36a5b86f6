"""The pure core: IIIF Image API values and arithmetic. Knows neither Django nor Pillow."""

from __future__ import annotations
