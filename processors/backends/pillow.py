"""Reads what Pillow reads: decodes the whole image for each request, a JPEG at a fraction of its size where it can."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.IcoImagePlugin import IcoImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.PsdImagePlugin import PsdImageFile
from PIL.TgaImagePlugin import TgaImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from PIL.XpmImagePlugin import XpmImageFile

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from ..base import DECODER_ERRORS, TOO_LARGE, Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..colour import DEEP_MODES, SIXTEEN_BIT_MODES, direct_colours, shallow, whites_up_to
from ..detection import SIGNATURE_BYTES, name_of
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..retrieval import seekable
from ..retrieval_options import KeepingForm, KeepingOptions, RetrievalRule
from ..webp_header import canvas_of
from ..windows import ENOUGH_PIXELS, box_to_read, window_in, window_within


def heif_image(file: BinaryIO) -> ImageFile:
    """The header of a HEIC or another HEIF, read by a library that is there only if somebody installed it."""
    from pillow_heif import HeifImageFile

    image: ImageFile = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return image


READERS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "avif": AvifImageFile,
    "bmp": BmpImageFile,
    "gif": GifImageFile,
    "heif": heif_image,
    "ico": IcoImageFile,
    "jpeg": JpegImageFile,
    "jpeg2000": Jpeg2KImageFile,
    "png": PngImageFile,
    "ppm": PpmImageFile,
    "psd": PsdImageFile,
    "tga": TgaImageFile,
    "tiff": TiffImageFile,
    "webp": WebPImageFile,
    "xpm": XpmImageFile,
}
"""The only decoders that files of strangers reach.

They are called by name, since `Image.open` refuses and warns by a limit of its own, which is the whole process's and
not ours to move. A few of them still ask that limit: an uncompressed TIFF or a GIF above 89 megapixels makes Pillow
warn, and like a WebP it is refused above 178.
"""

COLOURLESS_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
ORIENTATIONS = range(1, 9)
BITS_PER_SAMPLE, SAMPLE_FORMAT = 258, 339
SIGNED_NUMBERS = 2
SIGNED_BYTE_WHITES = whites_up_to(127)

MOST_PAGES = 1000
LARGEST_CUT = 50_000_000
"""In pixels; above that the whole image is kept. Pillow's `crop` would begin to warn not far above."""


@dataclass(frozen=True, slots=True)
class PillowOptions(KeepingOptions):
    pass


class PillowProcessor(Processor):
    """The processor that reads everything else: needs no more than Pillow itself."""

    label = "Pillow"
    used_for = "Everyday formats: JPEG, PNG, GIF, WebP, AVIF, HEIC, BMP, JPEG 2000, Photoshop, and TIFFs of every kind."
    options_class = PillowOptions
    form_class = KeepingForm
    formats = frozenset(READERS)
    features = frozenset({Feature.PAGES})
    averages = True
    libraries = (Library("pillow_heif", "pip install pillow-heif", frozenset({"heif"})),)
    options: PillowOptions

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        with opened(found, page, self.options.rule.for_headers) as image:
            return facts_of(image)

    def facts_of_pages(self, found: Found, page_count: int) -> Iterator[SourceFacts | None]:
        with opened(found, 1, self.options.rule.for_headers) as image:
            for page in range(page_count):
                if page_count > 1:
                    image.seek(page)
                yield facts_of(image) if image.width * image.height <= conf.max_decode_pixels else None

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        box = to_stored(plan.box, facts.extent, facts.orientation)
        with opened(found, plan.page, self.options.rule) as image, damage_is_unreadable():
            profile = profile_of(image)
            full, size = Extent(*image.size), stored_size(plan.size, facts.orientation)
            shrink_while_decoding(image, box, size)
            level = Extent(*image.size)
            window = window_in(level, full, box)
            part = box_to_read(window, size, level)
            with lane_for(level.area):
                cut_out, part = cut(even(image), part)
                colours, profile = direct_colours(cut_out, profile)
                return Raster(colours, window_within(window, part), profile)


def facts_of(image: Image.Image) -> SourceFacts:
    """The facts of the page that is open."""
    orientation = orientation_of(image)
    stored = Extent(*image.size)
    return SourceFacts(
        extent=stored.turned() if orientation in SIDEWAYS else stored,
        format_name=(image.format or "").lower(),
        has_color=image.mode not in COLOURLESS_MODES and not image.mode.startswith("I;16"),
        has_alpha=image.has_transparency_data,
        orientation=orientation,
        page_count=page_count_of(image),
    )


@contextmanager
def opened(found: Found, page: int, rule: RetrievalRule) -> Iterator[Image.Image]:
    """The image with the header of the page read and nothing decoded."""
    with seekable(found, rule) as file, damage_is_unreadable(), header(file) as image:
        if page > 1:
            check_page(page, page_count_of(image))
            image.seek(page - 1)
        if image.width * image.height > conf.max_decode_pixels:
            raise ImageTooLarge(TOO_LARGE)
        yield image


def page_count_of(image: Image.Image) -> int:
    """Frames of animations are not pages. Those behind the first thousand are not counted: each takes longer to find
    than the one before it.
    """
    if not isinstance(image, TiffImageFile):
        return 1
    current, count = image.tell(), 0
    with suppress(EOFError):
        while count < MOST_PAGES:
            image.seek(count)
            count += 1
    image.seek(current)
    return count


def header(file: BinaryIO) -> ImageFile:
    head = file.read(SIGNATURE_BYTES)
    name = name_of(head)
    if name not in READERS:
        raise ValueError("A file of this kind is for another processor.")
    if name == "webp":
        refuse_large_canvas(head)
    file.seek(0)
    return READERS[name](file)


def refuse_large_canvas(head: bytes) -> None:
    """Raises `ImageTooLarge` for a WebP whose decoder would make room for too many pixels while it is opened."""
    canvas = canvas_of(head)
    if canvas is not None and canvas.area > conf.max_decode_pixels:
        raise ImageTooLarge(TOO_LARGE)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of the pixels as they come; 1 when there is none, or one that means nothing."""
    if isinstance(image, TiffImageFile):
        # Pillow sets a TIFF upright by itself, and no other format.
        return 1
    try:
        # Not the reader's own: that of a PNG decodes all pixels, to find tags that stand behind them.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return 1
    number = value[0] if isinstance(value, bytes) and len(value) == 1 else value
    return number if isinstance(number, int) and number in ORIENTATIONS else 1


def profile_of(image: Image.Image) -> bytes | None:
    """The colour profile, which a TIFF may have stored as something else than bytes."""
    value = image.info.get("icc_profile")
    return value if isinstance(value, bytes) else None


def shrink_while_decoding(image: Image.Image, box: Box, size: Extent) -> None:
    """Has a JPEG decoded at 1/2, 1/4 or 1/8, where the region still has the pixels that are wanted."""
    if not isinstance(image, JpegImageFile):
        # A HEIC would come as the small picture that it carries along, which may be another one.
        return
    wanted = (enough(image.width * size.width / box.width), enough(image.height * size.height / box.height))
    image.draft(None, wanted)


def enough(pixels: float) -> int:
    return max(1, math.ceil(ENOUGH_PIXELS * pixels))


def even(image: Image.Image) -> Image.Image:
    """The image, decoded; deep gray already made shallow, since that takes all of it. Raises `ValueError` where its
    header gave it another size.
    """
    announced = image.size
    image.load()
    if image.size != announced:
        raise ValueError("The picture is another than its header says.")
    if image.mode in SIXTEEN_BIT_MODES and has_twelve_bits(image):
        return image.convert("I").point(lambda value: value * (1 / 16)).convert("L")
    if image.mode == "L" and has_signed_bytes(image):
        return shallow(with_sign(image), SIGNED_BYTE_WHITES)
    return shallow(image) if image.mode in DEEP_MODES else image


def has_twelve_bits(image: Image.Image) -> bool:
    """Whether it is a TIFF whose white is 4095, which Pillow hands over as it is."""
    return isinstance(image, TiffImageFile) and image.tag_v2.get(BITS_PER_SAMPLE) == (12,)


def has_signed_bytes(image: Image.Image) -> bool:
    """Whether it is a TIFF of numbers from -128 to 127, of which Pillow takes the negative ones for bright."""
    return isinstance(image, TiffImageFile) and image.tag_v2.get(SAMPLE_FORMAT) == (SIGNED_NUMBERS,)


def with_sign(image: Image.Image) -> Image.Image:
    """Bytes that were taken for numbers without a sign, as deep gray."""
    shifted = image.point([*range(128, 256), *range(128)])
    return shifted.convert("I").point(lambda value: value - 128)


def cut(image: Image.Image, box: Box) -> tuple[Image.Image, Box]:
    """The image cut down to that box, and what was cut out: all of it where the cut would only be another big copy."""
    if 2 * box.extent.area > image.width * image.height or box.extent.area > LARGEST_CUT:
        return image, Box(0, 0, image.width, image.height)
    return image.crop((box.x, box.y, box.right, box.bottom)), box
