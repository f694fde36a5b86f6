from __future__ import annotations

import pytest

from iiifserver.iiif.errors import SourceMissing, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.testing import drawn, encoded, in_memory
from processors.detection import detect, name_of


@pytest.mark.parametrize("name", ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP", "PDF"])
def test_a_file_is_known_by_its_first_bytes(name: str):
    """Parity 11.59."""
    assert detect(in_memory(encoded(drawn(8, 8), name))) == name.lower()


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"II+\0\x08\0\0\0", "tiff"),
        (b"MM\0+\0\x08\0\0", "tiff"),
        (b"\xff\x4f\xff\x51", "jpeg2000"),
        (b"\0\0\0\x18ftypheic", "heif"),
        (b"\0\0\0\x18ftypmif1", "heif"),
        (b"\0\0\0\x18ftypavis", "avif"),
        (b"\0\0\0\x18ftypmp42", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"RIFF", None),
        (b"GIF88a", None),
        (b"<svg", None),
        (b"", None),
    ],
)
def test_every_signature_has_its_name(start: bytes, name: str | None):
    assert name_of(start) == name


@pytest.mark.parametrize("content", [b"", b"\0", b"Just a text.\n", b"<html>", bytes(100)])
def test_what_is_no_image_is_unreadable(content: bytes):
    with pytest.raises(Unreadable):
        detect(in_memory(content))


def test_an_error_of_the_source_comes_through():
    def gone():
        raise SourceMissing("There is no image with this identifier.")

    with pytest.raises(SourceMissing):
        detect(Found(open=gone, version="a"))
