"""How alike two pictures are."""

from __future__ import annotations

import io
import urllib.request

import numpy as np
from PIL import Image

THUMBNAIL = (96, 64)


def fetched_picture(address):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return Image.open(io.BytesIO(answer.read())).convert("RGB")


def screenshot(page, **clip):
    """What the page shows now, the part in the clip."""
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")


def difference(picture, other):
    """The mean distance of two pictures' pixels, in shares of the whole range, whatever their sizes."""
    small = [np.asarray(one.resize(THUMBNAIL, Image.Resampling.BOX), float) for one in (picture, other)]
    return float(np.abs(small[0] - small[1]).mean() / 255)


def nearest_difference(picture, other, reach=8):
    """The same for pictures of one scale, where one may lie a few pixels beside the other."""
    width, height = other.size
    inner = other.crop((reach, reach, width - reach, height - reach))
    return min(
        difference(picture.crop((x, y, x + inner.width, y + inner.height)), inner)
        for x in range(0, 2 * reach + 1, 2)
        for y in range(0, 2 * reach + 1, 2)
    )
