"""What a file says of itself, for methods of a delegate that look at it. Pure."""

from __future__ import annotations

import threading
from collections.abc import Callable

from iiifserver.iiif.metadata import Embedded, Fields

Read = Callable[[], tuple[Embedded, Fields]]


class Metadata:
    """The words of one page of an image, read from its file when they are first looked at.

    Looking may raise any error of the tree, when the source fails. Words that make no sense are passed over.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known: tuple[Embedded, Fields] | None = None

    @property
    def fields(self) -> Fields:
        """Every field by name, such as `exif:Artist`, `iptc:Credit` and `xmp:dc:rights`, with all its values."""
        return self._looked_at()[1]

    @property
    def exif(self) -> dict[str, str]:
        """The tags of EXIF by name."""
        return {name: ", ".join(values) for name, values in self._named("exif:").items()}

    @property
    def iptc(self) -> dict[str, list[str]]:
        """The datasets of IPTC-IIM by name, with all their values."""
        return self._named("iptc:")

    @property
    def xmp_elements(self) -> dict[str, list[str]]:
        """The properties of XMP, such as `dc:rights`, with all their values."""
        return self._named("xmp:")

    @property
    def xmp_string(self) -> str | None:
        """The XMP as it stands in the file; `None` where it has none."""
        block = self._looked_at()[0].xmp
        return block.decode("utf-8", "replace") if block else None

    def _named(self, kind: str) -> dict[str, list[str]]:
        found = ((name, texts) for name, texts in self.fields.items() if name.startswith(kind))
        return {name.removeprefix(kind): [text.value for text in texts] for name, texts in found}

    def _looked_at(self) -> tuple[Embedded, Fields]:
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known
