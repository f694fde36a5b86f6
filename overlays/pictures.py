"""Pictures that staff upload, decoded with care: they may be damaged, huge, or no pictures at all."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from .vector_pictures import VectorError, drawn, is_svg

SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
"""The only formats that are decoded, by Pillow's names."""
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 8_000_000

NO_PICTURE = "This is not a picture that can be used: choose a PNG, a JPEG, a WebP or an SVG file."
TOO_MANY_BYTES = f"This file is too large: choose one of at most {MOST_BYTES // 1024**2} MB."
TOO_MANY_PIXELS = f"This picture has too many pixels: scale it down to at most {MOST_PIXELS // 10**6} megapixels."
DAMAGED = "This picture is damaged: save it anew with an image program, and upload that."


class PictureError(ValueError):
    """A picture cannot be used. The message is a sentence for staff."""


def as_pixels(content: bytes) -> bytes:
    """The file; of an SVG, a PNG that is drawn of it. Raises `PictureError`."""
    if not is_svg(content):
        return content
    try:
        return drawn(content)
    except VectorError as error:
        raise PictureError(str(error)) from error


def decoded(content: bytes) -> Image.Image:
    """The upright picture, RGBA; raises `PictureError`."""
    with opened(content) as image:
        try:
            upright = ImageOps.exif_transpose(image)
            return eight_bit(upright).convert("RGBA")
        # Decoders were not written for hostile bytes: nearly any error means damage.
        except Exception as error:
            raise PictureError(DAMAGED) from error


def suffix_of(content: bytes) -> str:
    """What a file with this picture is called at the end; raises `PictureError`."""
    with opened(content) as image:
        return SUFFIXES[str(image.format)]


def opened(content: bytes) -> Image.Image:
    """The picture with its header read, small enough to be decoded."""
    if len(content) > MOST_BYTES:
        raise PictureError(TOO_MANY_BYTES)
    try:
        image = Image.open(io.BytesIO(content), formats=tuple(SUFFIXES))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(TOO_MANY_PIXELS) from error
    except Exception as error:
        raise PictureError(NO_PICTURE) from error
    if image.width * image.height > MOST_PIXELS:
        image.close()
        raise PictureError(TOO_MANY_PIXELS)
    return image


def eight_bit(image: Image.Image) -> Image.Image:
    """Gray of sixteen bits as gray of eight, and CMYK as RGB: neither goes to RGBA at one step."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGB") if image.mode == "CMYK" else image
