"""Reads TIFFs piece by piece: only the tiles or strips that a region touches, from the level that suits the size."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from cachetools import LRUCache
from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import IIIFError, ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, Level, RenderPlan, SourceFacts

from ..base import TOO_LARGE, Processor, Raster, damage_is_unreadable
from ..capabilities import Feature
from ..colour import direct_colours, is_profile_for, needs_conversion
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..stored_tiles import holds_tiles_in, stored_tile, tile_at, with_profile
from ..tiff_index import TiffIndex, read_indexes
from ..tiff_levels import StoredLevel
from ..tiff_memo import NotedIndex, noted_index, recalled_index
from ..tiff_pieces import assembled, pieces_of
from ..tiff_samples import Span, span_over
from ..windows import box_to_read, is_one_to_one, smallest_enough, window_in, window_within


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesOptions:
    remembered_files: int = 500
    hands_out_stored_tiles: bool = True


class TilesForm(forms.Form):
    remembered_files = forms.IntegerField(
        label="Remembered files",
        min_value=1,
        max_value=100_000,
        initial=500,
        help_text="For so many files each worker remembers where the tiles are, so that the next request for one of "
        "them reads nothing but tiles. A file takes about 20 bytes of memory for each tile, 80 kB per gigapixel in "
        "tiles of 512 pixels.",
    )

    hands_out_stored_tiles = forms.BooleanField(
        label="Hand out stored tiles",
        required=False,
        initial=True,
        help_text="A JPEG or WebP tile that is exactly what was asked for leaves the server as it is stored: much "
        "quicker, and in the quality of the file, even where that is lossless and large. Switched off, each tile is "
        "written anew in the quality that is set under Output.",
    )


class TilesProcessor(Processor):
    """The quick way into large TIFFs."""

    label = "Tiled TIFF"
    used_for = "Large TIFFs: reads only the tiles or strips that a request touches."
    options_class = TilesOptions
    form_class = TilesForm
    formats = frozenset({"tiff"})
    features = frozenset({Feature.REGIONS, Feature.REDUCTIONS, Feature.PAGES, Feature.STORED_TILES})
    options: TilesOptions

    def __init__(self, options: TilesOptions) -> None:
        super().__init__(options)
        self._indexes: LRUCache[tuple[str, int], NotedIndex] = LRUCache(options.remembered_files)
        self._spans: LRUCache[tuple[str, int], Span] = LRUCache(options.remembered_files)
        self._lock = threading.Lock()

    def facts(self, found: Found, page: int = 1) -> SourceFacts | None:
        index = self.index(found, page)
        return facts_of(index) if index else None

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        index = self.known_index(found, plan.page)
        box = to_stored(plan.box, facts.extent, facts.orientation)
        size = stored_size(plan.size, facts.orientation)
        level = best_level(index.levels, box, size)
        window = window_in(level.extent, index.levels[0].extent, box)
        part = box_to_read(window, size, level.extent)
        if part.extent.area > conf.max_decode_pixels:
            raise ImageTooLarge("This is more of the image than the server decodes at once. Ask for a smaller region.")
        with damage_is_unreadable():
            span = self.span(found, index, plan.page) if index.samples.needs_span else None
            image = assembled(found, index, level, part, span)
            colours, profile = direct_colours(image, index.profile)
            return Raster(colours, window_within(window, part), profile)

    def stored(
        self, found: Found, facts: SourceFacts, plan: RenderPlan, *, keeps_profile: bool = False
    ) -> bytes | None:
        if not self.options.hands_out_stored_tiles:
            return None
        index = self.known_index(found, plan.page)
        level = best_level(index.levels, plan.box, plan.size)
        window = window_in(level.extent, index.levels[0].extent, plan.box)
        tile = tile_at(level, window) if is_one_to_one(window, plan.size) else None
        if tile is None or not holds_tiles_in(level, plan.format):
            return None
        if not keeps_profile and needs_conversion(index.profile, index.mode):
            return None
        with found.open() as file, damage_is_unreadable():
            picture = stored_tile(file, level, tile, plan.format)
            return with_profile(picture, kept_profile(index), plan.format) if picture and keeps_profile else picture

    def facts_of_pages(self, found: Found, page_count: int) -> Iterator[SourceFacts | None]:
        with found.open() as file, damage_is_unreadable():
            for index in read_indexes(file, page_count):
                sound = decodable(index)
                yield facts_of(sound) if sound else None

    def directory_of(self, found: Found, page: int) -> int:
        return self.known_index(found, page).directory

    def span(self, found: Found, index: TiffIndex, page: int) -> Span:
        """Which values are black and white all over the image: found out once, by a look at all of it."""
        key, level = (found.version, page), level_to_measure(index)
        if known := self._span(key):
            return known
        with lane_for(level.extent.area):
            if known := self._span(key):
                return known
            with found.open() as file:
                span = span_over(pieces_of(file, level))
        with self._lock:
            self._spans[key] = span
        return span

    def _span(self, key: tuple[str, int]) -> Span | None:
        with self._lock:
            return self._spans.get(key)

    def known_index(self, found: Found, page: int) -> TiffIndex:
        """The index of a file that is ours."""
        index = self.index(found, page)
        if index is None:
            raise ValueError("A file of this kind is for another processor.")
        return index

    def index(self, found: Found, page: int) -> TiffIndex | None:
        """Where the pieces of a page are; `None` for one that cannot be read piece by piece."""
        known = self._known(found, page)
        if known is None:
            with found.open() as file, damage_is_unreadable():
                known = noted_index(file, page)
            known = replace(known, index=decodable(known.index))
            self._keep(found, page, known)
        return known.index

    def is_at_hand(self, found: Found, page: int) -> bool:
        return self._known(found, page) is not None

    def memo_of(self, found: Found, page: int) -> bytes | None:
        known = self._known(found, page)
        return known.memo() if known else None

    def has_learned(self, found: Found, page: int) -> bool:
        known = self._known(found, page)
        return known is not None and known.has_learned

    def take_up(self, found: Found, page: int, memo: bytes) -> None:
        with suppress(IIIFError):
            with damage_is_unreadable():
                known = recalled_index(memo, page)
            self._keep(found, page, replace(known, index=decodable(known.index)))

    def _known(self, found: Found, page: int) -> NotedIndex | None:
        with self._lock:
            return self._indexes.get((found.version, page))

    def _keep(self, found: Found, page: int, known: NotedIndex) -> None:
        with self._lock:
            self._indexes[found.version, page] = known


def kept_profile(index: TiffIndex) -> bytes | None:
    """The profile that goes with pixels that are handed out as they are."""
    return index.profile if index.profile and is_profile_for(index.profile, index.mode) else None


def decodable(index: TiffIndex | None) -> TiffIndex | None:
    """The index without levels whose pieces are too large to decode; raises `ImageTooLarge` when the full size is."""
    if index is None:
        return None
    levels = tuple(level for level in index.levels if level.piece.area <= conf.max_decode_pixels)
    if index.levels[0] not in levels:
        raise ImageTooLarge("This image is stored in larger pieces than the server decodes at once.")
    sound = replace(index, levels=levels)
    if index.samples.needs_span:
        level_to_measure(sound)
    return sound


def level_to_measure(index: TiffIndex) -> StoredLevel:
    """The largest level that may be decoded as a whole; raises `ImageTooLarge` where there is none."""
    for level in index.levels:
        if level.extent.area <= conf.max_decode_pixels:
            return level
    raise ImageTooLarge(TOO_LARGE)


def facts_of(index: TiffIndex) -> SourceFacts:
    full = index.levels[0]
    sideways = index.orientation in SIDEWAYS
    return SourceFacts(
        extent=full.extent.turned() if sideways else full.extent,
        format_name="tiff",
        has_color=index.mode not in {"L", "LA", "La"},
        has_alpha=index.mode in {"LA", "La", "RGBA", "RGBa"},
        orientation=index.orientation,
        levels=tuple(level_as_seen(level, sideways) for level in index.levels),
        page_count=index.page_count,
    )


def level_as_seen(level: StoredLevel, sideways: bool) -> Level:
    tile = level.piece if level.is_tiled else None
    if sideways:
        return Level(level.extent.turned(), tile.turned() if tile else None)
    return Level(level.extent, tile)


def best_level(levels: tuple[StoredLevel, ...], box: Box, size: Extent) -> StoredLevel:
    """The smallest level in which the box still has the pixels that are wanted; else the full size."""
    windows = (window_in(level.extent, levels[0].extent, box) for level in levels)
    return levels[smallest_enough(windows, size)]
