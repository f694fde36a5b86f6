"""What a site decides for itself: derive from `Delegate`, and name the class in the settings.

What is imported from here stays where it is.
"""

from __future__ import annotations

from .context import ChangeColor, Context, Crop, Encode, Mirror, Operation, Rotate, Scale
from .delegate import (
    Answer,
    Delegate,
    HttpResource,
    MetaParts,
    Permission,
    PictureOverlay,
    PlacedOverlay,
    Rectangle,
    StoredObject,
    TextOverlay,
)
from .metadata import Metadata

__all__ = [
    "Answer",
    "ChangeColor",
    "Context",
    "Crop",
    "Delegate",
    "Encode",
    "HttpResource",
    "MetaParts",
    "Metadata",
    "Mirror",
    "Operation",
    "Permission",
    "PictureOverlay",
    "PlacedOverlay",
    "Rectangle",
    "Rotate",
    "Scale",
    "StoredObject",
    "TextOverlay",
]
