"""An overlay: a frame around the picture."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from PIL import Image, ImageDraw

from iiifserver.plugins import Answer, Overlay, fingerprint_of

INKS = {"L": (0,), "LA": (0, 255), "RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255)}
"""Black, in each mode that a picture can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameOptions:
    thickness: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.thickness <= 100:
            raise ValueError("thickness must be a number from 1 to 100.")


class FrameForm(forms.Form):
    thickness = forms.IntegerField(initial=4, min_value=1, max_value=100, help_text="In pixels.")


class FrameOverlay(Overlay):
    """Draws a black line along the edges."""

    label = "Frame"
    used_for = "Pictures with a white edge on a white page."
    options_class = FrameOptions
    form_class = FrameForm
    options: FrameOptions

    def __init__(self, options: FrameOptions) -> None:
        super().__init__(options)
        # Part of the key of every picture with the frame: other options, other pictures.
        self.fingerprint = fingerprint_of("frame", options)

    def draw(self, image: Image.Image, answer: Answer) -> Image.Image:
        corners = (0, 0, image.width - 1, image.height - 1)
        ImageDraw.Draw(image).rectangle(corners, outline=INKS[image.mode], width=self.options.thickness)
        return image
