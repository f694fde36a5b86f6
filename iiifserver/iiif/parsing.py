"""The grammar of the parameters of an image request: strings become values, or the reader is told what to write.

Numbers are ASCII digits of bounded length. `int()` and `Fraction()` see nothing else: they would take `1_0`, Arabic
digits and blanks, and stumble over thousands of digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from .errors import BadRequest
from .formats import Format
from .paths import ImagePath
from .values import (
    ApiVersion,
    ConfinedSize,
    ExactSize,
    FullRegion,
    FullSize,
    HeightSize,
    ImageRequest,
    MaxSize,
    PercentRegion,
    PercentSize,
    PixelRegion,
    Quality,
    Region,
    Rotation,
    Size,
    SquareRegion,
    WidthSize,
)

MAX_DIGITS = 50
"""The most digits that are read before a decimal point, and after it."""

INTEGER = f"[0-9]{{1,{MAX_DIGITS}}}"
DECIMAL = rf"[0-9]{{1,{MAX_DIGITS}}}(?:\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}}"

PIXEL_REGION = re.compile(rf"({INTEGER}),({INTEGER}),({INTEGER}),({INTEGER})")
PERCENT_REGION = re.compile(rf"pct:({DECIMAL}),({DECIMAL}),({DECIMAL}),({DECIMAL})")
ROTATION = re.compile(rf"(!?)({DECIMAL})")
PERCENT_SIZE = re.compile(rf"pct:({DECIMAL})")
PIXEL_SIZES: tuple[tuple[re.Pattern[str], Callable[..., Size]], ...] = (
    (re.compile(rf"({INTEGER}),"), WidthSize),
    (re.compile(rf",({INTEGER})"), HeightSize),
    (re.compile(rf"({INTEGER}),({INTEGER})"), ExactSize),
    (re.compile(rf"!({INTEGER}),({INTEGER})"), ConfinedSize),
)

QUALITIES = {quality.value: quality for quality in Quality}
FORMATS = {format_.extension: format_ for format_ in Format}

SIZE_FORMS = {
    ApiVersion.V2: "full, max, w, or ,h or w,h or !w,h in whole pixels, or pct:n",
    ApiVersion.V3: "max, w, or ,h or w,h or !w,h in whole pixels, or pct:n, each with ^ in front to enlarge",
}

LONGEST_QUOTE = 30
UNQUOTABLE = re.compile(r"[^ -~]|[<>&\"'`]")


def parse_image_request(version: ApiVersion, path: ImagePath) -> ImageRequest:
    """Understand every part of an image request, or raise `BadRequest` about the first part that is wrong."""
    return ImageRequest(
        version=version,
        identifier=path.identifier,
        region=parse_region(path.region),
        size=parse_size(version, path.size),
        rotation=parse_rotation(path.rotation),
        quality=parse_quality(path.quality),
        format=parse_format(path.extension),
    )


def parse_region(text: str) -> Region:
    """`full`, `square`, `x,y,w,h` or `pct:x,y,w,h` (Image API 2.1 and 3.0, 4.1)."""
    if text == "full":
        return FullRegion()
    if text == "square":
        return SquareRegion()
    region = _measured_region(text)
    if region.width == 0 or region.height == 0:
        raise BadRequest(f"The region {_quoted(text)} is empty: its width and height must be above 0.")
    return region


def _measured_region(text: str) -> PixelRegion | PercentRegion:
    if pixels := PIXEL_REGION.fullmatch(text):
        return PixelRegion(*map(int, pixels.groups()))
    if percents := PERCENT_REGION.fullmatch(text):
        return PercentRegion(*map(Fraction, percents.groups()))
    raise BadRequest(
        f"The region {_quoted(text)} is not understood: write full, square, x,y,w,h in whole pixels, "
        "or pct:x,y,w,h in percent."
    )


def parse_size(version: ApiVersion, text: str) -> Size:
    """Version 2: `full` and no `^` (Image API 2.1, 4.2). Version 3: `^` and no `full` (Image API 3.0, 4.2)."""
    if version is ApiVersion.V2:
        return FullSize() if text == "full" else _parse_size_form(version, text, text, upscale=False)
    return _parse_size_form(version, text, text.removeprefix("^"), upscale=text.startswith("^"))


def _parse_size_form(version: ApiVersion, text: str, form: str, *, upscale: bool) -> Size:
    if form == "max":
        return MaxSize(upscale)
    if percent := PERCENT_SIZE.fullmatch(form):
        return _percent_size(version, text, Fraction(percent[1]), upscale=upscale)
    for pattern, size in PIXEL_SIZES:
        if pixels := pattern.fullmatch(form):
            return size(*_lengths(text, pixels.groups()), upscale=upscale)
    raise BadRequest(f"The size {_quoted(text)} is not understood: write {SIZE_FORMS[version]}.")


def _percent_size(version: ApiVersion, text: str, percent: Fraction, *, upscale: bool) -> PercentSize:
    if percent == 0:
        raise BadRequest(f"The size {_quoted(text)} is empty: write a percentage above 0.")
    if percent > 100 and version is ApiVersion.V3 and not upscale:
        raise BadRequest(f"The size {_quoted(text)} enlarges the image: write ^ in front of it, or at most pct:100.")
    return PercentSize(percent, upscale)


def _lengths(text: str, digits: tuple[str, ...]) -> tuple[int, ...]:
    lengths = tuple(map(int, digits))
    if 0 in lengths:
        raise BadRequest(f"The size {_quoted(text)} is empty: write a width and height of at least 1 pixel.")
    return lengths


def parse_rotation(text: str) -> Rotation:
    """`n` or `!n`, 0 to 360 degrees (Image API 2.1 and 3.0, 4.3)."""
    match = ROTATION.fullmatch(text)
    if not match or (degrees := Fraction(match[2])) > 360:
        raise BadRequest(
            f"The rotation {_quoted(text)} is not understood: write degrees from 0 to 360, with ! in front to mirror."
        )
    return Rotation(degrees % 360, mirrored=match[1] == "!")


def parse_quality(text: str) -> Quality:
    """The quality of this name (Image API 2.1 and 3.0, 4.4)."""
    if text not in QUALITIES:
        raise BadRequest(f"The quality {_quoted(text)} is not known: write one of {', '.join(QUALITIES)}.")
    return QUALITIES[text]


def parse_format(text: str) -> Format:
    """The format with this extension (Image API 2.1 and 3.0, 4.5)."""
    if text not in FORMATS:
        raise BadRequest(f"The format {_quoted(text)} is not known: write one of {', '.join(FORMATS)}.")
    return FORMATS[text]


def _quoted(text: str) -> str:
    shortened = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
    return f'"{UNQUOTABLE.sub("?", shortened)}"'
