"""The deep-zoom sample: a chart of islands that do not exist, drawn from numbers alone."""

from __future__ import annotations

from images.samples.chart.drawing import draw_chart

__all__ = ["draw_chart"]
