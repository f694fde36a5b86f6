"""A delegate: maps for members, a catalogue that knows where each image is, rights in info.json, a line on pictures."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, ClassVar

from iiifserver.delegates import Answer, Delegate, TextOverlay

CATALOGUE = "/srv/catalogue/catalogue.sqlite3"


class MuseumDelegate(Delegate):
    """Whoever is not in the group “Curators” sees maps at a quarter of their size."""

    catalogue: ClassVar[str] = CATALOGUE

    def pre_authorize(self) -> bool | Answer:
        if not self.context.identifier.startswith("map-") or "Curators" in self.context.groups:
            return True
        return {"status_code": 302, "scale_numerator": 1, "scale_denominator": 4}

    def authorize(self) -> bool:
        size = self.context.resulting_size
        return size is not None and size.width * size.height <= 20_000_000

    def filesystemsource_pathname(self) -> str | None:
        row = self.entry()
        return None if row is None else str(row[0])

    def extra_iiif3_information_response_keys(self) -> Mapping[str, Any]:
        row = self.entry()
        return {} if row is None else {"rights": row[1]}

    def overlay(self) -> TextOverlay | None:
        size = self.context.resulting_size
        if size is None or size.width < 200:
            return None
        return {
            "string": f"City Museum, {self.context.identifier}",
            "position": "bottom left",
            "font_size": 14,
            "font_min_size": 8,
            "color": "white",
            "background_color": "rgba(0, 0, 0, 0.6)",
        }

    def entry(self) -> tuple[str, str] | None:
        """Path and rights, as the catalogue has them."""
        catalogue = sqlite3.connect(f"file:{self.catalogue}?mode=ro", uri=True)
        try:
            return catalogue.execute(
                "SELECT path, rights FROM images WHERE identifier = ?", [self.context.identifier]
            ).fetchone()
        finally:
            catalogue.close()
