from __future__ import annotations

import struct
import time

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
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "avif"),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", "heif"),
        (b"\0\0\0\x18ftypcrx ", "raw"),
        (b"\0\0\0\x18ftypmp42", "mp4"),
        (b"\0\0\0\x18ftypqt  ", "mp4"),
        (b"\0\0\0\x18ftypiso6", "mp4"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mp4"),
        (b"\0\0\0\x18ftypM4A ", None),
        (b"\0\0\0\x18ftypjunk", None),
        (b"\xff\x0a", "jpegxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jpegxl"),
        (b"%PDF-1.4", "pdf"),
        (b" %PDF-1.4", None),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm", "matroska"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x88matroska", "matroska"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84junk", None),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"FLV\x01\x05", "flv"),
        (b"\0\0\x01\xba\x44", "mpeg"),
        ((b"\x47" + bytes(187)) * 5, "mpeg"),
        (b"\x47" + bytes(187), None),
        (b"#EXTM3U\n", None),
        (b"ffconcat version 1.0\n", None),
        (b"FUJIFILMCCD-RAW 0201", "raw"),
        (b"IIRO\x08\0\0\0", "raw"),
        (b"IIU\0\x18\0\0\0", "raw"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"RIFF", None),
        (b"GIF88a", None),
        (b"<svg", None),
        (b"<svg>", "svg"),
        (b'<svg xmlns="', "svg"),
        (b"<svg:svg ", "svg"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a <b> -->\n<svg/>', "svg"),
        (b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY c "d">]><svg ', "svg"),
        (b"<!DOCTYPE html><svg ", None),
        (b"<html><svg ", None),
        (b"text <svg ", None),
        (b"<svgfoo ", None),
        (b"", None),
    ],
)
def test_every_signature_has_its_name(start: bytes, name: str | None):
    assert name_of(start) == name


@pytest.mark.parametrize("content", [b"", b"\0", b"Just a text.\n", b"<html>", bytes(100)])
def test_what_is_no_image_is_unreadable(content: bytes):
    with pytest.raises(Unreadable):
        detect(in_memory(content))


@pytest.mark.parametrize(
    "start", [b" " * 4096, b"<!--" * 1024, b"<?xml " * 700, b"<!DOCTYPE svg [" * 270, b"<!DOCTYPE svg []>" * 240]
)
def test_a_long_prologue_takes_no_time(start: bytes):
    begin = time.process_time()
    assert name_of(start) is None
    assert time.process_time() - begin < 1


def tiff_that_means(meaning: int, order: str = "<", below: bool = False) -> bytes:
    """A TIFF of one directory, or of one and another below it, whose pixels are meant so."""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    if not below:
        return start + struct.pack(order + "HHHIHHI", 1, 262, 3, 1, meaning, 0, 0)
    first = struct.pack(order + "HHHIHHHHIII", 2, 262, 3, 1, 2, 0, 330, 4, 1, 38, 0)
    return start + first + struct.pack(order + "HHHIHHI", 1, 262, 3, 1, meaning, 0, 0)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(("meaning", "name"), [(32803, "raw"), (34892, "raw"), (2, "tiff"), (6, "tiff")])
def test_a_camera_file_is_told_from_a_tiff_by_its_pixels(meaning: int, name: str, order: str, below: bool):
    assert detect(in_memory(tiff_that_means(meaning, order, below))) == name


@pytest.mark.parametrize("start", [b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"MM\0*\0\0\0\0"])
def test_a_tiff_whose_directory_leads_nowhere_is_still_a_tiff(start: bytes):
    assert detect(in_memory(start)) == "tiff"


def test_an_error_of_the_source_comes_through():
    def gone():
        raise SourceMissing("There is no image with this identifier.")

    with pytest.raises(SourceMissing):
        detect(Found(open=gone, version="a"))
