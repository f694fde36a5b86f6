"""How pictures are scaled, sharpened and written, as a frozen value."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from PIL import Image

from .encoders import EncoderSettings
from .metadata import MetadataSettings


class Filter(enum.Enum):
    """A resampling filter by the name that IIIF servers give it. Of the last four each stands for the one of the others
    that looks as far and is most like it.
    """

    LANCZOS3 = "lanczos3"
    BICUBIC = "bicubic"
    HAMMING = "hamming"
    TRIANGLE = "triangle"
    BOX = "box"
    MITCHELL = "mitchell"
    HERMITE = "hermite"
    BELL = "bell"
    BSPLINE = "bspline"

    @property
    def resampling(self) -> Image.Resampling:
        """Pillow's own name for it."""
        return RESAMPLINGS[self]


RESAMPLINGS = {
    Filter.LANCZOS3: Image.Resampling.LANCZOS,
    Filter.BICUBIC: Image.Resampling.BICUBIC,
    Filter.HAMMING: Image.Resampling.HAMMING,
    Filter.TRIANGLE: Image.Resampling.BILINEAR,
    Filter.BOX: Image.Resampling.BOX,
    Filter.MITCHELL: Image.Resampling.BICUBIC,
    Filter.HERMITE: Image.Resampling.HAMMING,
    Filter.BELL: Image.Resampling.BILINEAR,
    Filter.BSPLINE: Image.Resampling.BILINEAR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The output settings; part of what makes two answers different."""

    encoder: EncoderSettings = EncoderSettings()
    downscale_filter: Filter = Filter.LANCZOS3
    upscale_filter: Filter = Filter.BICUBIC
    sharpen: float = 0.0
    """From 0, not at all, to 1."""
    background: str = "white"
    """What shows where a picture is transparent, or its corners empty, in a format without alpha."""
    metadata: MetadataSettings = MetadataSettings()

    def for_image(self, identifier: str) -> Output:
        """The same for one image, whose identifier what is written into pictures may name."""
        own = self.metadata
        return replace(self, metadata=replace(own, identifier=identifier)) if own.has_own_words else self

    keeps_profile: bool = False
    """Whether pictures stay in the colours of their own ICC profile, which goes with them, instead of sRGB."""
    linear_light: bool = False
    """Whether pixels are averaged as the light that they stand for, and not as the numbers that are stored."""
