"""Pictures that say something of themselves, in every kind of block."""

from __future__ import annotations

from typing import Any

from PIL import ExifTags, Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.metadata import Embedded
from iiifserver.testing import drawn
from processors.encoders import EncoderSettings, encode
from processors.exif import Entry, Exif, text_entry, written_exif
from processors.iptc import Iptc
from processors.xmp import parsed_xmp

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:own="http://example.org/own/"
 xmpRights:WebStatement="https://creativecommons.org/licenses/by/4.0/" exif:GPSLatitude="48,8N" tiff:Orientation="6">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">The harbour</rdf:li><rdf:li xml:lang="en">The harbour</rdf:li>
<rdf:li xml:lang="de">Der Hafen</rdf:li></rdf:Alt></dc:title>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© City Library</rdf:li></rdf:Alt></dc:rights>
<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Grace</rdf:li></rdf:Seq></dc:creator>
<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>ships</rdf:li></rdf:Bag></dc:subject>
<xmp:Thumbnails><rdf:Alt><rdf:li>AAAA</rdf:li></rdf:Alt></xmp:Thumbnails>
<own:secret>budget</own:secret>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()

ORIENTATION = int(ExifTags.Base.Orientation)


def exif_of(orientation: int = 1) -> Exif:
    """EXIF with words, a place, an orientation, and notes of the camera's maker."""
    return Exif(
        "<",
        {
            int(ExifTags.Base.ImageDescription): text_entry("A harbour"),
            int(ExifTags.Base.Artist): text_entry("Ada"),
            int(ExifTags.Base.Copyright): text_entry("© City Library"),
            ORIENTATION: Entry(3, 1, orientation.to_bytes(2, "little")),
        },
        {
            int(ExifTags.Base.DateTimeOriginal): text_entry("2001:02:03 04:05:06"),
            int(ExifTags.Base.ExposureTime): Entry(5, 1, b"\1\0\0\0\x64\0\0\0"),
            int(ExifTags.Base.MakerNote): Entry(7, 8, b"notes..."),
            int(ExifTags.Base.ExifImageWidth): Entry(4, 1, (4000).to_bytes(4, "little")),
        },
        {1: text_entry("N"), 2: Entry(5, 3, bytes(24))},
    )


def iptc() -> Iptc:
    """IPTC with a title, a notice of copyright, a creator and two keywords, coded in UTF-8."""
    block = Iptc(()).with_text(5, "The harbour").with_text(116, "© City Library").with_text(80, "Ada")
    return Iptc((*block.datasets, (2, 25, b"sea"), (2, 25, b"ships")))


def words(**blocks: Any) -> Embedded:
    return Embedded(**{"exif": written_exif(exif_of()), "iptc": iptc().block(), "xmp": XMP, **blocks})


def picture_with_words(
    format: Format, image: Image.Image | None = None, embedded: Embedded | None = None, **settings: Any
) -> bytes:
    """A file of that format with all the words for which it has a place."""
    return encode(image or drawn(60, 40), format, EncoderSettings(**settings), embedded or words())


def names_in(block: bytes | None) -> set[str]:
    """The names of the properties in a block of XMP."""
    return set(parsed_xmp(block).fields()) if block else set()
