"""The sample images of a new server: drawn by our own code, so that nothing has to be downloaded or licensed."""

from __future__ import annotations

from images.samples.folder import write_samples
from images.samples.sample import SAMPLES, Sample

__all__ = ["SAMPLES", "Sample", "write_samples"]
