"""The blocks of words in files: found without decoding, within bounds, whatever a file claims."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.metadata import NOTHING
from iiifserver.testing import drawn, encoded, in_memory
from processors.encoders import CODECS, formats_out
from processors.metadata import LONGEST_VALUE, embedded_in, fields_of
from processors.metadata_blocks import LARGEST_BLOCK_BYTES, blocks_in
from processors.xmp import Xmp
from tests.processors.worded import XMP, picture_with_words, words

NAMES = {Format.JPG: "jpeg", Format.TIF: "tiff", Format.PNG: "png", Format.WEBP: "webp", Format.AVIF: "avif"}
WITH_IPTC = {Format.JPG, Format.TIF}


def said_by(content, name, directory=0):
    return fields_of(embedded_in(in_memory(content), name, directory))


def texts(fields, name):
    return [text.value for text in fields.get(name, ())]


@pytest.mark.parametrize("format", NAMES)
def test_words_are_found_in_every_format(format):
    if format in CODECS and format not in formats_out():
        pytest.skip(f"This Pillow cannot write {format.value}.")
    fields = said_by(picture_with_words(format), NAMES[format])
    assert texts(fields, "exif:Artist") == ["Ada"]
    assert texts(fields, "xmp:dc:creator") == ["Ada", "Grace"]
    assert texts(fields, "iptc:Keywords") == (["sea", "ships"] if format in WITH_IPTC else [])


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    count = 0

    def read(self, size=-1):
        content = super().read(size)
        self.count += len(content)
        return content


@pytest.mark.parametrize("format", [Format.JPG, Format.PNG, Format.WEBP, Format.TIF])
def test_pixels_are_passed_by(format):
    large = Image.effect_noise((1200, 900), 90).convert("RGB")
    file = Counting(picture_with_words(format, large, tiff_compression="raw"))
    assert blocks_in(file, NAMES[format]).xmp
    assert file.count < 30_000 < len(file.getvalue())


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunks_before_the_end(content, *chunks):
    end = content.rindex(b"IEND") - 4
    return content[:end] + b"".join(chunks) + content[end:]


def test_words_behind_the_pixels_of_a_png_are_found():
    exif = words().exif
    content = with_chunks_before_the_end(encoded(drawn(50, 50)), png_chunk(b"eXIf", exif))
    assert texts(said_by(content, "png"), "exif:Artist") == ["Ada"]


def test_packed_words_of_a_png_are_unpacked_only_so_far():
    bomb = zlib.compress(b" " * 40_000_000)
    chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb)
    found = blocks_in(io.BytesIO(with_chunks_before_the_end(encoded(drawn(9, 9)), chunk)), "png")
    assert len(found.xmp) == LARGEST_BLOCK_BYTES
    packed = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP))
    fields = said_by(with_chunks_before_the_end(encoded(drawn(9, 9)), packed), "png")
    assert texts(fields, "xmp:dc:title") == ["The harbour", "The harbour", "Der Hafen"]


def test_a_giant_block_is_passed_by():
    chunks = [png_chunk(b"eXIf", bytes(LARGEST_BLOCK_BYTES + 1)), png_chunk(b"iTXt", bytes(LARGEST_BLOCK_BYTES + 1))]
    assert not blocks_in(io.BytesIO(with_chunks_before_the_end(encoded(drawn(9, 9)), *chunks)), "png")


def box(kind, content):
    return struct.pack(">I", 8 + len(content)) + kind + content


def test_words_in_the_boxes_of_a_jpeg_2000_are_found():
    said = words()
    uuid = {"exif": "4a706754696666457869662d3e4a5032", "xmp": "be7acfcb97a942e89c71999491e3afac"}
    boxes = [box(b"uuid", bytes.fromhex(uuid[name]) + getattr(said, name)) for name in uuid]
    iptc = box(b"uuid", bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38") + said.iptc)
    content = encoded(drawn(40, 30), "JPEG2000") + b"".join(boxes)
    # The code stream is the last box, of no length; here it is given its own, so that others can follow.
    fields = said_by(_with_length_of_code_stream(content, len(b"".join(boxes))) + iptc, "jpeg2000")
    assert texts(fields, "exif:Artist") == ["Ada"]
    assert texts(fields, "xmp:dc:rights") == ["© City Library"]
    assert texts(fields, "iptc:ObjectName") == ["The harbour"]


def _with_length_of_code_stream(content, behind):
    at = content.index(b"jp2c") - 4
    return content[:at] + struct.pack(">I", len(content) - behind - at) + content[at + 4 :]


def test_each_page_of_a_tiff_speaks_for_itself():
    pages = [drawn(40, 30), drawn(50, 30)]
    infos = []
    for name in ("Ada", "Grace"):
        exif = Image.Exif()
        exif[315] = name
        infos.append(exif)
    pages[1].encoderinfo = {"exif": infos[1]}
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], exif=infos[0])
    assert texts(said_by(buffer.getvalue(), "tiff", 0), "exif:Artist") == ["Ada"]
    assert texts(said_by(buffer.getvalue(), "tiff", 1), "exif:Artist") == ["Grace"]
    assert said_by(buffer.getvalue(), "tiff", 2) == {}


def test_a_big_tiff_is_read_too():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[315], exif[700] = "Ada", XMP
    drawn(40, 30).save(buffer, "TIFF", big_tiff=True, exif=exif)
    fields = said_by(buffer.getvalue(), "tiff")
    assert buffer.getvalue()[2] == 43
    assert (texts(fields, "exif:Artist"), texts(fields, "xmp:dc:subject")) == (["Ada"], ["sea", "ships"])


def circular_tiff():
    """Its only directory is followed by itself, and so are those below it."""
    entries = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 8)


def repeating_exif():
    """A thousand values that are all the same sixty kilobytes."""
    entries = b"".join(struct.pack("<HHII", 270 + number, 2, 60_000, 12_014) for number in range(1000))
    return b"II*\0" + struct.pack("<IH", 8, 1000) + entries + bytes(4) + b"a" * 60_000


def test_directories_in_a_circle_come_to_an_end():
    assert said_by(circular_tiff(), "tiff", 5) == {}


def test_values_that_are_named_again_and_again_are_read_up_to_a_bound():
    fields = said_by(repeating_exif(), "tiff")
    assert sum(len(text.value) for values in fields.values() for text in values) <= 1_000_000


@pytest.mark.parametrize("format", NAMES)
@pytest.mark.parametrize("part", [0.01, 0.05, 0.2, 0.6])
def test_a_file_that_was_cut_off_says_what_is_left(format, part):
    if format in CODECS and format not in formats_out():
        pytest.skip(f"This Pillow cannot write {format.value}.")
    content = picture_with_words(format)
    said_by(content[: int(part * len(content))], NAMES[format])


FILES = {NAMES[format]: picture_with_words(format) for format in (Format.JPG, Format.PNG, Format.TIF, Format.WEBP)}


@given(st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8))))
def test_whatever_is_wrong_in_a_file_nothing_fails(name, changes):
    content = bytearray(FILES[name])
    for place, wrong in changes:
        start = int(place * len(content))
        content[start : start + len(wrong)] = wrong
    said_by(bytes(content), name)


def test_words_of_a_heic_are_found():
    heif = pytest.importorskip("pillow_heif", reason="HEIC needs pillow-heif, which is not installed.")
    buffer = io.BytesIO()
    heif.from_pillow(drawn(64, 64)).save(buffer, exif=b"Exif\0\0" + words().exif, xmp=XMP)
    fields = said_by(buffer.getvalue(), "heif")
    assert texts(fields, "exif:Artist") == ["Ada"]
    assert texts(fields, "xmp:dc:creator") == ["Ada", "Grace"]


def test_files_of_other_formats_are_not_even_opened():
    def refuse():
        raise AssertionError("The file was opened.")

    assert embedded_in(Found(open=refuse, version="1"), "pdf") == NOTHING


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "jpeg2000", "avif", "heif", "gif", "pdf"])
def test_nonsense_says_nothing(name):
    assert embedded_in(in_memory(bytes(range(256)) * 40), name) == NOTHING


def jpeg_with_long_xmp(guid_in_extension):
    main = XMP.replace(
        b"<dc:subject>", b"<xmpNote:HasExtendedXMP>" + b"A" * 32 + b"</xmpNote:HasExtendedXMP><dc:subject>"
    )
    main = main.replace(b"rdf:about", b'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" rdf:about')
    rest = Xmp().with_text("photoshop:Credit", "x" * 70_000).block()
    pieces = [(start, rest[start : start + 40_000]) for start in (40_000, 0)]
    segments = [
        b"http://ns.adobe.com/xmp/extension/\0" + guid_in_extension + struct.pack(">II", len(rest), start) + piece
        for start, piece in pieces
    ]
    extra = b"".join(b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment for segment in segments)
    return encoded(drawn(30, 20), "JPEG", xmp=main, extra=extra)


def test_xmp_that_goes_on_in_other_segments_is_put_together():
    """Parity 5.7."""
    fields = said_by(jpeg_with_long_xmp(b"A" * 32), "jpeg")
    assert len(texts(fields, "xmp:photoshop:Credit")[0]) == LONGEST_VALUE
    assert texts(fields, "xmp:dc:creator") == ["Ada", "Grace"]


def test_segments_of_another_xmp_are_passed_by():
    fields = said_by(jpeg_with_long_xmp(b"B" * 32), "jpeg")
    assert "xmp:photoshop:Credit" not in fields
    assert texts(fields, "xmp:dc:creator") == ["Ada", "Grace"]
