"""PDFs for the tests of processors, written object by object."""

from __future__ import annotations

import zlib

from PIL import Image

from iiifserver.testing import upright

TURNS = {1: 0, 6: 90, 3: 180, 8: 270}
"""The degrees by which a page is turned, for each EXIF orientation that has such."""


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is its catalog."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return content + table + end % (len(objects) + 1, trailer, len(content))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def page_with(drawing: bytes, width: float = 144, height: float = 96, more: bytes = b"") -> bytes:
    """A PDF of one page, which is so many points large, and on which this is drawn."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.4f %.4f] /Contents 4 0 R %s >>" % (width, height, more)
    return pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream(drawing)]
    )


def picture_pdf(image: Image.Image, orientation: int = 1) -> bytes:
    """A PDF whose one page at 150 dpi is that image, shown as that orientation has it."""
    if orientation not in TURNS:
        image, orientation = upright(image, orientation), 1
    width, height = image.width * 72 / 150, image.height * 72 / 150
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
    pixels = stream(
        zlib.compress(image.convert("RGB").tobytes()), entries % (image.width, image.height) + b" /Filter /FlateDecode"
    )
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.4f %.4f] /Contents 4 0 R /Rotate %d "
    page += b"/Resources << /XObject << /I 5 0 R >> >> >>"
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page % (width, height, TURNS[orientation]),
            stream(b"%.4f 0 0 %.4f 0 0 cm /I Do" % (width, height)),
            pixels,
        ]
    )


def book(sizes: list[tuple[int, int]]) -> bytes:
    """A PDF with a page of each size, in points."""
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] >>" % size for size in sizes]
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + len(sizes)))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(sizes))
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *pages])
