"""What is known about a sample before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A file in the sample folder, with a name and a sentence for people."""

    name: str
    title: str
    description: str


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "deep-zoom.tif",
        "A chart of the Tessellated Isles",
        "9000 x 6000 pixels in a tiled, pyramidal TIFF: only the tiles that a viewer asks for are read.",
    ),
    Sample(
        "deep-zoom.jpg",
        "The same chart as a plain JPEG",
        "No tiles and no pyramid: what a server must do when it is given an ordinary file.",
    ),
    Sample(
        "orientation.jpg",
        "A lighthouse that was photographed sideways",
        "The pixels are stored turned; the EXIF orientation tag (6) says which way is up.",
    ),
    Sample(
        "alpha.png",
        "Two leaves of glass",
        "Translucent on nothing: ask for PNG or WebP to keep the transparency, for JPEG to see the background.",
    ),
    Sample(
        "67352ccc-d1b0-11e1-89ae-279075081939.png",
        "Colour grid of the IIIF validator",
        "1000 x 1000 pixels in a hundred known colours, under the identifier that the official validator asks for.",
    ),
)
