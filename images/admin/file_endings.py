"""What the ending of a file's name promises."""

from __future__ import annotations

from collections.abc import Mapping

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
    return next((name for name, endings in ENDINGS.items() if plain in endings), None)
