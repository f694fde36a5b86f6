"""What files say of themselves in words: read, and written into answers as far as staff want it there."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from PIL import ExifTags

from iiifserver.iiif.found import Found
from iiifserver.iiif.metadata import NOTHING, Embedded, Fields, Text

from .base import DECODER_ERRORS, LOST_FILE, meaning_of
from .exif import Exif, exif_fields, parsed_exif, text_entry, written_exif
from .iptc import COPYRIGHT, CREDIT, NAMES, RIGHTS, Iptc, parsed_iptc
from .metadata_blocks import FORMATS_WITH_WORDS, blocks_in
from .own_words import own_words
from .xmp import Xmp, parsed_xmp

logger = logging.getLogger("iiifserver.processors")

T = TypeVar("T")

MOST_VALUES = 100
LONGEST_VALUE = 5000
"""Of a field, in characters; the rest is cut off."""


class Keep(enum.Enum):
    """What of a file's words goes into a picture that shows all of it."""

    NOTHING = "nothing"
    RIGHTS = "rights"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSettings:
    """Which words are written into pictures; part of what makes two answers different."""

    keep: Keep = Keep.RIGHTS
    keeps_location: bool = False
    """Whether the place where a picture was taken may be told."""
    copyright_notice: str = ""
    """Stands in place of the file's own; empty: the file's own does."""
    credit: str = ""
    source: str = ""
    """Where pictures come from, such as the address of their page in a catalogue."""
    identifier: str = ""
    """What these three may name: of the image that is answered."""

    @property
    def writes_nothing(self) -> bool:
        return self.keep is Keep.NOTHING and not self.has_own_words

    @property
    def has_own_words(self) -> bool:
        """Whether anything stands in place of what the file says."""
        return bool(self.copyright_notice or self.credit or self.source)

    def filled(self, read_fields: Callable[[], Fields]) -> MetadataSettings:
        """The same with values in place of the words in braces; see `own_words`."""
        texts = (self.copyright_notice, self.credit, self.source)
        copyright_notice, credit, source = own_words(texts, self.identifier, read_fields)
        return replace(self, copyright_notice=copyright_notice, credit=credit, source=source)


def embedded_in(found: Found, format_name: str, directory: int = 0) -> Embedded:
    """The blocks of a file; none where they are damaged: the picture may be sound all the same.

    Raises errors of the tree where the source fails.
    """
    if format_name not in FORMATS_WITH_WORDS:
        return NOTHING
    try:
        with found.open() as file:
            return blocks_in(file, format_name, directory)
    except DECODER_ERRORS as error:
        if isinstance(error, OSError) and error.errno in LOST_FILE:
            raise meaning_of(error) from error
        logger.info("The metadata of a file was ignored: %s", error)
        return NOTHING


def fields_of(embedded: Embedded) -> dict[str, tuple[Text, ...]]:
    """Everything that the blocks say, by name; see `iiifserver.iiif.metadata`."""
    exif, iptc, xmp = parsed(embedded)
    named = {**(exif_fields(exif) if exif else {}), **(iptc.fields() if iptc else {}), **(xmp.fields() if xmp else {})}
    return {name: shortened(texts) for name, texts in named.items()}


def shortened(texts: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(replace(text, value=text.value[:LONGEST_VALUE]) for text in texts[:MOST_VALUES])


def parsed(embedded: Embedded) -> tuple[Exif | None, Iptc | None, Xmp | None]:
    """The blocks understood; `None` for one that is missing or makes no sense."""
    return (
        understood(parsed_exif, embedded.exif),
        understood(parsed_iptc, embedded.iptc),
        understood(parsed_xmp, embedded.xmp),
    )


def understood(parse: Callable[[bytes], T], block: bytes | None) -> T | None:
    try:
        return parse(block) if block else None
    except DECODER_ERRORS as error:
        logger.info("A block of metadata was ignored: %s", error)
        return None


EXIF_RIGHTS = frozenset({int(ExifTags.Base.Artist), int(ExifTags.Base.Copyright)})

EXIF_WORDS = EXIF_RIGHTS | {
    *(0x010D, 0x010E, 0x010F, 0x0110, 0x011D, 0x0131, 0x0132, 0x013C, 0x4746, 0x4749),
    *range(0x9C9B, 0x9CA0),
}
"""What the main directory tells of the picture. The rest tells of the file, which the answer is not."""

EXIF_OF_THE_FILE = frozenset({0x9101, 0x9102, 0x927C, 0xA000, 0xA001, 0xA002, 0xA003, 0xA005, 0xA500})
"""Components, maker's notes, size and colour space: not true of the answer."""

XMP_RIGHTS = frozenset(
    {
        *("dc:creator", "dc:rights", "dc:source", "photoshop:AuthorsPosition", "photoshop:Credit", "photoshop:Source"),
        *("cc:attributionName", "cc:attributionURL", "cc:license", "exif:Artist", "exif:Copyright"),
        *("tiff:Artist", "tiff:Copyright", "plus:CopyrightOwner", "plus:ImageCreator", "plus:Licensor"),
    }
)
XMP_OF_THE_FILE = frozenset(
    {
        *("dc:format", "exif:ColorSpace", "exif:NativeDigest", "exif:PixelXDimension", "exif:PixelYDimension"),
        *("photoshop:ColorMode", "photoshop:DocumentAncestors", "photoshop:History", "photoshop:ICCProfile"),
        *("photoshop:LegacyIPTCDigest", "photoshop:TextLayers", "xmp:MetadataDate", "xmp:PageInfo", "xmp:Thumbnails"),
        *("xmpNote:HasExtendedXMP",),
    }
)
VOCABULARIES_OF_THE_FILE = ("crs:", "tiff:", "xmpMM:")
"""How the file was developed, how its pixels lie, and what it was made of."""

XMP_LOCATION = ("exif:GPS", "Iptc4xmpExt:LocationCreated")


def kept(embedded: Embedded, settings: MetadataSettings) -> Embedded:
    """The blocks for an answer: thinned out, the picture upright and without thumbnails, with what staff want said."""
    if settings.writes_nothing:
        return NOTHING
    settings = settings.filled(lambda: fields_of(embedded))
    exif, iptc, xmp = parsed(embedded) if settings.keep is not Keep.NOTHING else (None, None, None)
    return Embedded(
        exif=written_exif(exif_kept(exif or Exif("<", {}, {}, {}), settings)) or None,
        iptc=iptc_kept(iptc or Iptc(()), settings).block() or None,
        xmp=xmp_kept(xmp or Xmp(), settings).block() or None,
    )


def exif_kept(exif: Exif, settings: MetadataSettings) -> Exif:
    if settings.keep is Keep.ALL:
        main = {tag: entry for tag, entry in exif.main.items() if tag in EXIF_WORDS}
        below = {tag: entry for tag, entry in exif.exif.items() if tag not in EXIF_OF_THE_FILE}
    else:
        main, below = {tag: entry for tag, entry in exif.main.items() if tag in EXIF_RIGHTS}, {}
    if settings.copyright_notice:
        main[int(ExifTags.Base.Copyright)] = text_entry(settings.copyright_notice)
    return Exif(exif.byte_order, main, below, exif.gps if settings.keep is Keep.ALL and settings.keeps_location else {})


def iptc_kept(iptc: Iptc, settings: MetadataSettings) -> Iptc:
    iptc = iptc.with_only(NAMES if settings.keep is Keep.ALL else RIGHTS)
    for number, text in ((COPYRIGHT, settings.copyright_notice), (CREDIT, settings.credit)):
        iptc = iptc.with_text(number, text) if text else iptc
    return iptc


def xmp_kept(xmp: Xmp, settings: MetadataSettings) -> Xmp:
    xmp = xmp.where(lambda name: tells_rights(name) or (settings.keep is Keep.ALL and is_wanted(name, settings)))
    if settings.copyright_notice:
        xmp = xmp.with_alternative("dc:rights", settings.copyright_notice)
    for name, text in (("photoshop:Credit", settings.credit), ("dc:source", settings.source)):
        xmp = xmp.with_text(name, text) if text else xmp
    return xmp


def tells_rights(name: str) -> bool:
    return name in XMP_RIGHTS or name.startswith("xmpRights:")


def is_wanted(name: str, settings: MetadataSettings) -> bool:
    """Whether a property tells of the picture, not of the file, and nothing secret; of unusual vocabularies nobody
    knows.
    """
    is_of_the_picture = name and name not in XMP_OF_THE_FILE and not name.startswith(VOCABULARIES_OF_THE_FILE)
    return bool(is_of_the_picture) and (settings.keeps_location or not name.startswith(XMP_LOCATION))
