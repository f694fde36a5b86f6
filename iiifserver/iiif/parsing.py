"""The grammar of the parameters of an image request: strings become values, or the reader is told what to write.

Numbers are ASCII digits of bounded length. `int()` and `Fraction()` see nothing else: they would take `1_0`, Arabic
digits and blanks, and stumble over thousands of digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from .errors import BadRequest
from .features import QUALITY_NAMES, refused_format
from .formats import Format
from .meta_identifier import MetaIdentifier
from .parameters import (
    ConfinedSize,
    ExactSize,
    FullRegion,
    FullSize,
    HeightSize,
    MaxSize,
    PercentRegion,
    PercentSize,
    PixelRegion,
    Region,
    Size,
    SquareRegion,
    WidthSize,
)
from .paths import ImagePath
from .values import ApiVersion, ImageRequest, Quality, Rotation

MAX_DIGITS = 50
"""The most digits that are read before a decimal point, and after it."""

INTEGER = f"[0-9]{{1,{MAX_DIGITS}}}"
DECIMAL = rf"[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}}"

PIXEL_REGION = re.compile(rf"({INTEGER}),({INTEGER}),({INTEGER}),({INTEGER})")
LENIENT_PIXEL_REGION = re.compile(rf"(-?{INTEGER}),(-?{INTEGER}),({INTEGER}),({INTEGER})")
PERCENT_REGION = re.compile(rf"pct:({DECIMAL}),({DECIMAL}),({DECIMAL}),({DECIMAL})")
ROTATION = re.compile(rf"(!?)({DECIMAL})")
PERCENT_SIZE = re.compile(rf"pct:({DECIMAL})")
PIXEL_SIZES: tuple[tuple[re.Pattern[str], Callable[..., Size]], ...] = (
    (re.compile(rf"({INTEGER}),"), WidthSize),
    (re.compile(rf",({INTEGER})"), HeightSize),
    (re.compile(rf"({INTEGER}),({INTEGER})"), ExactSize),
    (re.compile(rf"!({INTEGER}),({INTEGER})"), ConfinedSize),
)

QUALITIES = {version: {name: quality for quality, name in names.items()} for version, names in QUALITY_NAMES.items()}
FORMATS = {format_.extension: format_ for format_ in Format}

SIZE_FORMS = {
    ApiVersion.V1: "full, w, or ,h or w,h or !w,h in whole pixels, or pct:n",
    ApiVersion.V2: "full, max, w, or ,h or w,h or !w,h in whole pixels, or pct:n",
    ApiVersion.V3: "max, w, or ,h or w,h or !w,h in whole pixels, or pct:n, each with ^ in front to enlarge",
}

LONGEST_QUOTE = 30
UNQUOTABLE = re.compile(r"[^ -~]|[<>&\"'`]")


def parse_image_request(
    version: ApiVersion, path: ImagePath, meta: MetaIdentifier | None = None, *, is_lenient: bool = False
) -> ImageRequest:
    """Understand every part of an image request, or raise `BadRequest` about the first part that is wrong.

    What the identifier says has been read already; where nothing has, all of it names the image. What viewers are known
    to ask wrongly is understood where `is_lenient` says so: regions that begin left of the image or above it, and
    percentages above 100.
    """
    meta = meta or MetaIdentifier(path.identifier)
    return ImageRequest(
        version=version,
        identifier=meta.identifier,
        region=parse_region(version, path.region, is_lenient=is_lenient),
        size=parse_size(version, path.size, is_lenient=is_lenient),
        rotation=parse_rotation(version, path.rotation),
        quality=parse_quality(version, path.quality),
        format=parse_format(version, path.extension or ""),
        page=meta.page or 1,
        scale=meta.scale,
    )


def parse_region(version: ApiVersion, text: str, *, is_lenient: bool = False) -> Region:
    """`full`, `x,y,w,h`, `pct:x,y,w,h` and from version 2 on `square` (Image API 1.1, 2.1 and 3.0, 4.1)."""
    if text == "full":
        return FullRegion()
    if text == "square" and version is not ApiVersion.V1:
        return SquareRegion()
    region = _measured_region(text, LENIENT_PIXEL_REGION if is_lenient else PIXEL_REGION)
    if region.width == 0 or region.height == 0:
        raise BadRequest(f"The region {_quoted(text)} is empty: its width and height must be above 0.")
    return region


def _measured_region(text: str, pixel_region: re.Pattern[str]) -> PixelRegion | PercentRegion:
    if pixels := pixel_region.fullmatch(text):
        return PixelRegion(*map(int, pixels.groups()))
    if percents := PERCENT_REGION.fullmatch(text):
        return PercentRegion(*map(Fraction, percents.groups()))
    raise BadRequest(
        f"The region {_quoted(text)} is not understood: write full, x,y,w,h in whole pixels, pct:x,y,w,h in percent, "
        "or, from version 2 of the Image API on, square."
    )


def parse_size(version: ApiVersion, text: str, *, is_lenient: bool = False) -> Size:
    """Versions 1 and 2: `full` and no `^` (Image API 1.1 and 2.1, 4.2). Version 3: `^` and no `full` (3.0, 4.2)."""
    if version is ApiVersion.V3:
        has_caret = text.startswith("^")
        size = _parse_size_form(version, text, text.removeprefix("^"), upscale=has_caret)
        if isinstance(size, PercentSize) and size.percent > 100 and not (has_caret or is_lenient):
            raise BadRequest(f"The size {_quoted(text)} enlarges the image: write ^ in front, or at most pct:100.")
        return size
    return FullSize() if text == "full" else _parse_size_form(version, text, text, upscale=False)


def _parse_size_form(version: ApiVersion, text: str, form: str, *, upscale: bool) -> Size:
    if form == "max" and version is not ApiVersion.V1:
        return MaxSize(upscale)
    if percent := PERCENT_SIZE.fullmatch(form):
        return _percent_size(text, Fraction(percent[1]), upscale=upscale)
    for pattern, size in PIXEL_SIZES:
        if pixels := pattern.fullmatch(form):
            return size(*_lengths(text, pixels.groups()), upscale=upscale)
    raise BadRequest(f"The size {_quoted(text)} is not understood: write {SIZE_FORMS[version]}.")


def _percent_size(text: str, percent: Fraction, *, upscale: bool) -> PercentSize:
    if percent == 0:
        raise BadRequest(f"The size {_quoted(text)} is empty: write a percentage above 0.")
    return PercentSize(percent, upscale)


def _lengths(text: str, digits: tuple[str, ...]) -> tuple[int, ...]:
    lengths = tuple(map(int, digits))
    if 0 in lengths:
        raise BadRequest(f"The size {_quoted(text)} is empty: write a width and height of at least 1 pixel.")
    return lengths


def parse_rotation(version: ApiVersion, text: str) -> Rotation:
    """`n`, 0 to 360 degrees, and from version 2 on `!n` (Image API 1.1, 2.1 and 3.0, 4.3)."""
    match = ROTATION.fullmatch(text)
    is_unknown_form = match and match[1] and version is ApiVersion.V1
    if not match or is_unknown_form or (degrees := Fraction(match[2])) > 360:
        raise BadRequest(
            f"The rotation {_quoted(text)} is not understood: write degrees from 0 to 360, with ! in front to mirror, "
            "which version 1 of the Image API cannot."
        )
    return Rotation(degrees % 360, mirrored=match[1] == "!")


def parse_quality(version: ApiVersion, text: str) -> Quality:
    """The quality of this name (Image API 1.1, 2.1 and 3.0, 4.4)."""
    qualities = QUALITIES[version]
    if text not in qualities:
        raise BadRequest(f"The quality {_quoted(text)} is not known: write one of {', '.join(qualities)}.")
    return qualities[text]


def parse_format(version: ApiVersion, text: str) -> Format:
    """The format with this extension (Image API 1.1, 2.1 and 3.0, 4.5)."""
    if text not in FORMATS:
        raise refused_format(version, f"The format {_quoted(text)} is not known: write one of {', '.join(FORMATS)}.")
    return FORMATS[text]


def _quoted(text: str) -> str:
    shortened = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
    return f'"{UNQUOTABLE.sub("?", shortened)}"'
