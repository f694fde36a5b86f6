"""IPTC-IIM: short texts in numbered datasets, as agencies and libraries have written them into pictures since 1991."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iiifserver.iiif.metadata import Text

from .exif import decoded

MARKER = 0x1C
HEAD_BYTES = 5
MOST_DATASETS = 2000
EXTENDED = 0x8000
"""Datasets above 32 kB say their length in another way; no text is that long."""

ENVELOPE, APPLICATION = 1, 2
CHARACTER_SET = (ENVELOPE, 90)
UTF_8 = b"\x1b%G"

NAMES = {
    3: "ObjectTypeReference",
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    12: "SubjectReference",
    15: "Category",
    20: "SupplementalCategories",
    22: "FixtureIdentifier",
    25: "Keywords",
    26: "ContentLocationCode",
    27: "ContentLocationName",
    30: "ReleaseDate",
    35: "ReleaseTime",
    37: "ExpirationDate",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    65: "OriginatingProgram",
    70: "ProgramVersion",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "Country-PrimaryLocationCode",
    101: "Country-PrimaryLocationName",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    122: "Writer-Editor",
    135: "LanguageIdentifier",
}
"""The datasets of texts in the application record, by the names of IPTC-IIM 4.2."""

CREDIT, COPYRIGHT = 110, 116
RIGHTS = frozenset({80, CREDIT, 115, COPYRIGHT})
"""Who made the picture, and whose it is."""

Dataset = tuple[int, int, bytes]
"""The numbers of record and dataset, and the value as it is stored."""


@dataclass(frozen=True, slots=True)
class Iptc:
    """The datasets of a block, in their order."""

    datasets: tuple[Dataset, ...]

    @property
    def is_utf_8(self) -> bool:
        return any((record, number) == CHARACTER_SET and value == UTF_8 for record, number, value in self.datasets)

    def with_only(self, numbers: Iterable[int]) -> Iptc:
        """Only these of the texts, and what says how they are coded."""
        wanted = frozenset(numbers)
        return Iptc(
            tuple(
                dataset
                for dataset in self.datasets
                if dataset[:2] == CHARACTER_SET or (dataset[0] == APPLICATION and dataset[1] in wanted)
            )
        )

    def with_text(self, number: int, text: str) -> Iptc:
        """With this text in place of what stands under that number, all texts coded in UTF-8."""
        kept = [
            (record, other, self._text(value).encode())
            for record, other, value in self.datasets
            if record == APPLICATION and other != number
        ]
        return Iptc(((*CHARACTER_SET, UTF_8), *kept, (APPLICATION, number, text.encode())))

    def fields(self) -> dict[str, tuple[Text, ...]]:
        """The texts by name, each with all its values."""
        found: dict[str, list[Text]] = {}
        for record, number, value in self.datasets:
            if record == APPLICATION and number in NAMES and (text := self._text(value)):
                found.setdefault(f"iptc:{NAMES[number]}", []).append(Text(text))
        return {name: tuple(texts) for name, texts in found.items()}

    def _text(self, value: bytes) -> str:
        return value.decode("utf-8", "replace").strip("\0 \r\n") if self.is_utf_8 else decoded(value.strip(b"\0"))

    def block(self) -> bytes:
        """The datasets as they are stored; empty where there is no text."""
        if not any(record == APPLICATION for record, _, _ in self.datasets):
            return b""
        return b"".join(
            bytes((MARKER, record, number)) + len(value).to_bytes(2, "big") + value
            for record, number, value in self.datasets
            if len(value) < EXTENDED
        )


def parsed_iptc(block: bytes) -> Iptc:
    """The datasets up to where the block ends or stops making sense."""
    return Iptc(tuple(_datasets(block)))


def _datasets(block: bytes) -> Iterator[Dataset]:
    position = 0
    for _ in range(MOST_DATASETS):
        head = block[position : position + HEAD_BYTES]
        if len(head) < HEAD_BYTES or head[0] != MARKER:
            return
        length = int.from_bytes(head[3:], "big")
        value = block[position + HEAD_BYTES : position + HEAD_BYTES + length]
        if length >= EXTENDED or len(value) < length:
            return
        yield head[1], head[2], value
        position += HEAD_BYTES + length
