"""What is drawn on top of images or covers them."""

from __future__ import annotations
