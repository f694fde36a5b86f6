from __future__ import annotations

import pytest

from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, encoded, with_orientation
from processors.webp_header import canvas_of

KINDS = {
    "lossy": {"lossless": False},
    "lossless": {"lossless": True},
    "with EXIF": {"exif": with_orientation(6)},
    "animated": {"save_all": True, "append_images": [drawn(301, 45).rotate(180)]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_size_is_told_by_the_first_bytes(kind):
    assert canvas_of(encoded(drawn(301, 45), "WEBP", **KINDS[kind])[:30]) == Extent(301, 45)


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\0\0\0\0WEBPVP8 " + bytes(20), b"RIFF\0\0\0\0WEBPVP8L" + bytes(20)]
)
def test_what_tells_no_size_has_none(content):
    assert canvas_of(content) is None
