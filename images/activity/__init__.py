"""What happened lately: a bounded history of what is counted, and the images that were asked for most."""

from __future__ import annotations
