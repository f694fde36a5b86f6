"""The best tile is one that nobody decodes: hands out a stored tile as it is, where it is what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Quality, RenderPlan, Rotation, SourceFacts

from .base import Window
from .output import Output
from .stored_jpegs import jpeg_with_profile, stored_jpeg
from .stored_webps import stored_webp, webp_with_profile
from .tiff_levels import StoredLevel

Hand = Callable[[BinaryIO, StoredLevel, int, int], bytes | None]

HANDS: dict[Format, Hand] = {Format.JPG: stored_jpeg, Format.WEBP: stored_webp}
"""How a tile is taken out of its file, for the formats in which files store any."""

PROFILE_WRITERS = {Format.JPG: jpeg_with_profile, Format.WEBP: webp_with_profile}


def leaves_pixels_alone(plan: RenderPlan, facts: SourceFacts, output: Output) -> bool:
    """Whether nothing is done to the pixels of the region beyond scaling it and writing it as JPEG or WebP."""
    is_plain = plan.quality is Quality.DEFAULT and plan.rotation == Rotation() and plan.format in HANDS
    return is_plain and facts.orientation == 1 and output.sharpen == 0


def tile_at(level: StoredLevel, window: Window) -> tuple[int, int] | None:
    """Column and row of the tile that fills exactly this window; `None` where none does, as at the image's edge."""
    left, top, right, bottom = window
    width, height = level.piece.width, level.piece.height
    if (right - left, bottom - top) != (width, height) or left % width or top % height:
        return None
    return int(left) // width, int(top) // height


def holds_tiles_in(level: StoredLevel, format: Format) -> bool:
    """Whether the level's tiles are pictures in that format, such as any viewer reads right."""
    return bool(level.jpeg_samplings if format is Format.JPG else format is Format.WEBP and level.webp_channels)


def stored_tile(file: BinaryIO, level: StoredLevel, tile: tuple[int, int], format: Format) -> bytes | None:
    """The tile as a file of its own; `None` for one that viewers might read differently from us.

    Raises `EOFError` or `ValueError` for a tile that cannot be sound.
    """
    return HANDS[format](file, level, *tile)


def with_profile(tile: bytes, profile: bytes | None, format: Format) -> bytes:
    """The tile with a colour profile, where there is one."""
    return PROFILE_WRITERS[format](tile, profile) if profile else tile
