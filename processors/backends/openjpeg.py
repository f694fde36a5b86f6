"""Reads JPEG 2000 with OpenJPEG: only the part that is wanted, at the resolution that suits."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, Level, RenderPlan, SourceFacts

from ..base import DECODER_ERRORS, Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..colour import direct_colours
from ..exif import Entry, parsed_exif
from ..jpeg2000_code_stream import CodeStream, halved
from ..jpeg2000_header import Jpeg2000Header, Space, read_header
from ..jpeg2000_parts import area_of, bands_of, best_reduction, decodable_part, useful_reductions
from ..jpeg2000_pictures import picture_of
from ..lanes import lane_for
from ..metadata_blocks import blocks_in
from ..openjpeg_decoding import decoded
from ..openjpeg_library import NoLibrary, find_library
from ..operations import SIDEWAYS, stored_size
from ..retrieval import seekable
from ..retrieval_options import RetrievalForm, RetrievalOptions
from ..windows import box_to_read, window_in, window_within

ORIENTATION_TAG = 274

MOST_BOOKKEEPING_BYTES = 256 * 1024 * 1024
TILE_BYTES, TILE_COMPONENT_BYTES = 6_000, 1_100
"""What the decoder notes of each tile and of each of its components before it decodes any of them."""

MOST_COMPONENTS = 16
LARGEST_COORDINATE = 2**31 - 1
DEEPEST_SAMPLES = 31
"""In bits. The decoder counts in 32, with a sign."""


@dataclass(frozen=True, slots=True)
class SharedLibrary(Library):
    """A library that is no Python module."""

    @property
    def is_there(self) -> bool:
        try:
            find_library()
        except NoLibrary:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJpegOptions(RetrievalOptions):
    threads: int = 1


class OpenJpegForm(RetrievalForm):
    threads = forms.IntegerField(
        label="Threads",
        min_value=1,
        max_value=16,
        initial=1,
        help_text="How many processor cores decode one picture. With 1 many visitors are served best; more make single "
        "large pictures quicker, at the cost of all others.",
    )

    field_order = ("threads",)


class OpenJpegProcessor(Processor):
    """The quick way into JPEG 2000."""

    label = "OpenJPEG"
    used_for = "JPEG 2000: decodes only the region that a request touches, in the resolution that it needs."
    options_class = OpenJpegOptions
    form_class = OpenJpegForm
    formats = frozenset({"jpeg2000"})
    features = frozenset({Feature.REGIONS, Feature.REDUCTIONS})
    libraries = (SharedLibrary("libopenjp2", "apt install libopenjp2-7"),)
    options: OpenJpegOptions

    def problems(self) -> Iterable[str]:
        try:
            find_library()
        except NoLibrary as error:
            yield str(error)

    def warm_up(self) -> None:
        with suppress(NoLibrary):
            find_library()

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        with seekable(found, self.options.rule.for_headers) as file, damage_is_unreadable():
            header = decodable(read_header(file))
            check_page(page, 1)
            return facts_of(header, orientation_of(file, header))

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        box = to_stored(plan.box, facts.extent, facts.orientation)
        size = stored_size(plan.size, facts.orientation)
        with seekable(found, self.options.rule) as file, damage_is_unreadable():
            header = decodable(read_header(file))
            stream = header.stream
            halvings = best_reduction(stream, box, size)
            level = stream.reduced_extent(halvings)
            window = window_in(level, stream.extent, box)
            part = decodable_part(stream, halvings, box_to_read(window, size, level))
            if part.extent.area > conf.max_decode_pixels:
                raise ImageTooLarge(
                    "This is more of the image than the server decodes at once. Ask for a smaller region."
                )
            with lane_for(part.extent.area):
                image = self.assembled(file, header, halvings, part)
            colours, profile = direct_colours(image, header.colour.profile)
            return Raster(colours, window_within(window, part), profile)

    def assembled(self, file: BinaryIO, header: Jpeg2000Header, halvings: int, part: Box) -> Image.Image:
        """A part of a level, decoded at once or in bands."""
        bands = list(bands_of(header.stream, halvings, part))
        if len(bands) == 1:
            return self.decoded_band(file, header, halvings, part)
        image: Image.Image | None = None
        for band in bands:
            decoded_band = self.decoded_band(file, header, halvings, band)
            image = image or Image.new(decoded_band.mode, (part.width, part.height))
            image.paste(decoded_band, (0, band.y - part.y))
        if image is None:
            raise ValueError("There is nothing to decode.")
        return image

    def decoded_band(self, file: BinaryIO, header: Jpeg2000Header, halvings: int, band: Box) -> Image.Image:
        left, top = header.stream.reduced_origin(halvings)
        placed = Box(band.x + left, band.y + top, band.width, band.height)
        area = area_of(header.stream, halvings, placed)
        library = find_library()
        with decoded(library, file, header, area, halvings, self.options.threads) as planes:
            return picture_of(planes, header, placed)


def decodable(header: Jpeg2000Header) -> Jpeg2000Header:
    """The header of a file that may be given to the decoder; raises `ImageTooLarge` or `ValueError` for any other."""
    stream = header.stream
    if len(stream.components) > MOST_COMPONENTS:
        raise ImageTooLarge(f"This image has more than {MOST_COMPONENTS} channels.")
    tiles = stream.columns * stream.rows
    if tiles * (TILE_BYTES + TILE_COMPONENT_BYTES * len(stream.components)) > MOST_BOOKKEEPING_BYTES:
        raise ImageTooLarge("This image is stored in more pieces than the server can keep count of.")
    if max(stream.right, stream.bottom) > LARGEST_COORDINATE:
        raise ImageTooLarge("This image is larger than any that can be decoded.")
    if max(component.precision for component in stream.components) > DEEPEST_SAMPLES:
        raise ValueError("The samples are deeper than the decoder counts.")
    return header


def facts_of(header: Jpeg2000Header, orientation: int) -> SourceFacts:
    stream = header.stream
    sideways = orientation in SIDEWAYS
    return SourceFacts(
        extent=stream.extent.turned() if sideways else stream.extent,
        format_name="jpeg2000",
        has_color=header.space is not Space.GRAY,
        has_alpha=header.has_alpha,
        orientation=orientation,
        levels=tuple(level_as_seen(stream, halvings, sideways) for halvings in useful_reductions(stream)),
    )


def level_as_seen(stream: CodeStream, halvings: int, sideways: bool) -> Level:
    """A resolution, and its tiles where there are several."""
    extent, tile = stream.reduced_extent(halvings), None
    if stream.columns * stream.rows > 1:
        tile = Extent(halved(stream.tile.width, halvings), halved(stream.tile.height, halvings))
    if sideways:
        return Level(extent.turned(), tile.turned() if tile else None)
    return Level(extent, tile)


def orientation_of(file: BinaryIO, header: Jpeg2000Header) -> int:
    """The EXIF orientation; 1 when there is none, or one that means nothing."""
    if not header.is_boxed and header.start == 0:
        return 1
    try:
        exif = blocks_in(file, "jpeg2000").exif
        entry = parsed_exif(exif).main.get(ORIENTATION_TAG) if exif else None
    except DECODER_ERRORS:
        return 1
    number = number_in(entry, parsed_exif(exif).byte_order) if exif and entry else 1
    return number if number in range(1, 9) else 1


def number_in(entry: Entry, byte_order: str) -> int:
    """The first number of a value of one of the whole types."""
    width = {1: 1, 3: 2, 4: 4}.get(entry.type, 0)
    return int.from_bytes(entry.content[:width], "little" if byte_order == "<" else "big")
