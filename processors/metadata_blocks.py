"""Finds the blocks of EXIF, IPTC and XMP in a file: jumps from head to head, and decodes no pixel."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from iiifserver.iiif.metadata import Embedded

from .exif import Directory, Exif, read_exif, written_exif
from .xmp import joined_xmp

LARGEST_BLOCK_BYTES = 1024 * 1024
"""A larger one is passed by: no picture has so much to say."""
MOST_PARTS = 10_000
"""Segments, chunks or boxes looked at."""

JPEG_EXIF = b"Exif\0\0"
JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
JPEG_XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
XMP_GUID_BYTES = 32
JPEG_PHOTOSHOP = b"Photoshop 3.0\0"
JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
JPEG_SCAN, JPEG_END = 0xDA, 0xD9
APP1, APP13 = 0xE1, 0xED

RESOURCE_SIGNATURE = b"8BIM"
IPTC_RESOURCE = 0x0404

PNG_SIGNATURE_BYTES = 8
PNG_XMP = b"XML:com.adobe.xmp\0"

TIFF_XMP, TIFF_IPTC, TIFF_PHOTOSHOP = 700, 33723, 34377

UUID_BOXES = {
    bytes.fromhex("4a706754696666457869662d3e4a5032"): "exif",
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): "iptc",
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): "xmp",
}


def blocks_in(file: BinaryIO, format_name: str, directory: int = 0) -> Embedded:
    """The blocks of a file of that format; none for formats in which none are looked for.

    `directory` counts, from 0, in files that hold several images. Raises any of `DECODER_ERRORS` on damage.
    """
    if format_name == "tiff":
        return in_tiff(file, directory)
    find = FINDERS.get(format_name)
    return find(file) if find else Embedded()


def in_jpeg(file: BinaryIO) -> Embedded:
    found: dict[str, bytes] = {}
    resources, extension = b"", XmpExtension()
    for kind, content in jpeg_segments(file):
        if kind == APP1 and content.startswith(JPEG_EXIF):
            found.setdefault("exif", content[len(JPEG_EXIF) :])
        elif kind == APP1 and content.startswith(JPEG_XMP):
            found.setdefault("xmp", content[len(JPEG_XMP) :])
        elif kind == APP1 and content.startswith(JPEG_XMP_EXTENSION):
            extension.add(content[len(JPEG_XMP_EXTENSION) :])
        elif kind == APP13 and content.startswith(JPEG_PHOTOSHOP) and len(resources) < LARGEST_BLOCK_BYTES:
            # What does not fit into one segment goes on in the next.
            resources += content[len(JPEG_PHOTOSHOP) :]
    xmp = extension.joined_to(found["xmp"]) if "xmp" in found else None
    return Embedded(exif=found.get("exif"), xmp=xmp, iptc=iptc_of_photoshop(resources))


class XmpExtension:
    """The part of the XMP that did not fit into one segment of a JPEG, put together from its pieces."""

    def __init__(self) -> None:
        self.pieces: dict[bytes, dict[int, bytes]] = {}
        self.length = 0

    def add(self, content: bytes) -> None:
        """Takes a piece: the name of the whole, its length, where the piece begins in it, and the piece."""
        guid, rest = content[:XMP_GUID_BYTES], content[XMP_GUID_BYTES:]
        if len(rest) > 8 and self.length + len(rest) <= LARGEST_BLOCK_BYTES:
            self.pieces.setdefault(guid, {})[int.from_bytes(rest[4:8], "big")] = rest[8:]
            self.length += len(rest)

    def joined_to(self, xmp: bytes) -> bytes:
        """The XMP with the extension that it names."""
        named = next((pieces for guid, pieces in self.pieces.items() if guid in xmp), None)
        return joined_xmp(xmp, b"".join(named[start] for start in sorted(named))) if named else xmp


def jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Kind and content of the segments of applications before the pixels."""
    file.seek(2)
    for _ in range(MOST_PARTS):
        head = file.read(2)
        while head[1:] == b"\xff":
            head = head[1:] + file.read(1)
        if len(head) < 2 or head[0] != 0xFF or head[1] in (JPEG_SCAN, JPEG_END):
            return
        if head[1] in JPEG_STANDALONE:
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        if length < 0:
            return
        if head[1] in (APP1, APP13):
            yield head[1], file.read(length)
        else:
            file.seek(length, 1)


def iptc_of_photoshop(resources: bytes) -> bytes | None:
    """The datasets among the resources that Photoshop writes."""
    position = 0
    for _ in range(MOST_PARTS):
        if resources[position : position + 4] != RESOURCE_SIGNATURE:
            return None
        kind = int.from_bytes(resources[position + 4 : position + 6], "big")
        # A name with its length in front, and a size: each is filled up to an even number of bytes.
        name_bytes = resources[position + 6] + 1 if position + 6 < len(resources) else 1
        size_at = position + 6 + name_bytes + name_bytes % 2
        size = int.from_bytes(resources[size_at : size_at + 4], "big")
        if kind == IPTC_RESOURCE:
            return resources[size_at + 4 : size_at + 4 + size] or None
        position = size_at + 4 + size + size % 2
    return None


def photoshop_of_iptc(block: bytes) -> bytes:
    """The datasets as the one resource of a block of Photoshop's."""
    head = RESOURCE_SIGNATURE + IPTC_RESOURCE.to_bytes(2, "big") + b"\0\0" + len(block).to_bytes(4, "big")
    return head + block + bytes(len(block) % 2)


def in_png(file: BinaryIO) -> Embedded:
    found: dict[str, bytes] = {}
    for kind, read in chunks(file, PNG_SIGNATURE_BYTES, "big", kind_first=False, tail_bytes=4):
        if kind == b"eXIf":
            found.setdefault("exif", read())
        elif kind == b"iTXt" and "xmp" not in found and (text := read()).startswith(PNG_XMP):
            found["xmp"] = international_text(text)
    return Embedded(exif=found.get("exif"), xmp=found.get("xmp"))


def international_text(chunk: bytes) -> bytes:
    """The text of such a chunk of a PNG, unpacked up to the bound."""
    is_packed, rest = chunk[len(PNG_XMP)], chunk[len(PNG_XMP) + 2 :]
    _, _, rest = rest.partition(b"\0")
    _, _, text = rest.partition(b"\0")
    return zlib.decompressobj().decompress(text, LARGEST_BLOCK_BYTES) if is_packed else text


def in_webp(file: BinaryIO) -> Embedded:
    found: dict[str, bytes] = {}
    for kind, read in chunks(file, 12, "little", kind_first=True, is_even=True):
        if kind == b"EXIF":
            found.setdefault("exif", read().removeprefix(JPEG_EXIF))
        elif kind == b"XMP ":
            found.setdefault("xmp", read())
    return Embedded(exif=found.get("exif"), xmp=found.get("xmp"))


def chunks(
    file: BinaryIO, start: int, order: str, *, kind_first: bool, tail_bytes: int = 0, is_even: bool = False
) -> Iterator[tuple[bytes, Callable[[], bytes]]]:
    """Kind of each chunk, and what reads its content; empty for one that is too large."""
    position = start
    for _ in range(MOST_PARTS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        kind, digits = (head[:4], head[4:]) if kind_first else (head[4:], head[:4])
        length = int.from_bytes(digits, "little" if order == "little" else "big")
        yield kind, _reading(file, length)
        position += 8 + length + (length % 2 if is_even else 0) + tail_bytes


def _reading(file: BinaryIO, length: int) -> Callable[[], bytes]:
    return lambda: file.read(length) if length <= LARGEST_BLOCK_BYTES else b""


def in_jpeg2000(file: BinaryIO) -> Embedded:
    """From the boxes around the code stream; a bare code stream has none."""
    found: dict[str, bytes] = {}
    position = 0
    for _ in range(MOST_PARTS):
        file.seek(position)
        head = file.read(16)
        length, kind, head_bytes = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, head_bytes = int.from_bytes(head[8:16], "big"), 16
        if kind == b"uuid":
            file.seek(position + head_bytes)
            name, size = UUID_BOXES.get(file.read(16)), length - head_bytes - 16
            if name and 0 < size <= LARGEST_BLOCK_BYTES:
                found.setdefault(name, file.read(size))
        if length < 8:
            break
        position += length
    exif = found.get("exif")
    return Embedded(exif=exif.removeprefix(JPEG_EXIF) if exif else None, iptc=found.get("iptc"), xmp=found.get("xmp"))


def in_avif(file: BinaryIO) -> Embedded:
    from PIL.AvifImagePlugin import AvifImageFile

    return of_information(AvifImageFile(file).info)


def in_heif(file: BinaryIO) -> Embedded:
    try:
        from pillow_heif import open_heif  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return Embedded()
    return of_information(open_heif(file, convert_hdr_to_8bit=False).info)


def of_information(information: Mapping[Any, object]) -> Embedded:
    """What an image library found."""
    exif, xmp = (information.get(name) for name in ("exif", "xmp"))
    return Embedded(
        exif=exif.removeprefix(JPEG_EXIF) if isinstance(exif, bytes) and small(exif) else None,
        xmp=xmp if isinstance(xmp, bytes) and small(xmp) else None,
    )


def small(block: bytes) -> bool:
    return 0 < len(block) <= LARGEST_BLOCK_BYTES


def in_tiff(file: BinaryIO, directory: int) -> Embedded:
    """From the image's own directory: what words it has there are its EXIF."""
    tags = read_exif(file, directory)
    iptc = content_of(tags.main, TIFF_IPTC) or iptc_of_photoshop(content_of(tags.main, TIFF_PHOTOSHOP) or b"")
    words = {tag: entry for tag, entry in tags.main.items() if tag not in (TIFF_XMP, TIFF_IPTC, TIFF_PHOTOSHOP)}
    return Embedded(
        exif=written_exif(Exif(tags.byte_order, words, tags.exif, tags.gps)) or None,
        iptc=iptc,
        xmp=content_of(tags.main, TIFF_XMP),
    )


def content_of(directory: Directory, tag: int) -> bytes | None:
    """The bytes of a value: some programs write them as numbers of four bytes."""
    return directory[tag].content or None if tag in directory else None


FINDERS: dict[str, Callable[[BinaryIO], Embedded]] = {
    "avif": in_avif,
    "heif": in_heif,
    "jpeg": in_jpeg,
    "jpeg2000": in_jpeg2000,
    "png": in_png,
    "webp": in_webp,
}

FORMATS_WITH_WORDS = frozenset({"tiff", *FINDERS})
"""The formats in which words are looked for."""
