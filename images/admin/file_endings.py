"""What the ending of a file's name promises."""

from __future__ import annotations

from collections.abc import Mapping

from iiifserver.iiif.source_formats import brought_formats

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "avif": ("avif",),
    "bmp": ("bmp",),
    "gif": ("gif",),
    "heif": ("heic", "heif"),
    "jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "jpeg2000": ("jp2", "j2k", "jpf", "jpx"),
    "jpegxl": ("jxl",),
    "pdf": ("pdf",),
    "png": ("png",),
    "svg": ("svg",),
    "tiff": ("tif", "tiff", "ptif", "ptiff", "btf", "tf8", "svs"),
    "webp": ("webp",),
}
"""From a format to how names of such files end, the usual ending first. All of them are listed by sources."""


def format_of_ending(ending: str) -> str | None:
    """The format that an ending such as `.tif` promises; `None` for one that promises nothing known."""
    plain = ending.removeprefix(".").lower()
    return next((name for name, endings in endings_by_format().items() if plain in endings), None)


def endings_by_format() -> dict[str, tuple[str, ...]]:
    """The same with the formats that plug-ins bring, as far as they have endings."""
    return {**ENDINGS, **{format.name: format.endings for format in brought_formats() if format.endings}}
