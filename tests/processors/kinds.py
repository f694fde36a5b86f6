"""Files of every kind that museums have (parity, section 10), drawn by us: bytes, what they show, and how exactly."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms

from iiifserver.testing import drawn, encoded
from tests.processors.backends.tiffs import pyramid, subsampled

EXACTLY = float("inf")
LOSSY = 34.0
"""In decibels."""

WIDTH, HEIGHT = 150, 100
TILE = (64, 64)
LOSSLESS_COMPRESSIONS = (None, "lzw", "deflate", "zlib", "packbits", "zstd", "lzma", "webp", "jpeg2000")
BILEVEL_COMPRESSIONS = ("raw", "tiff_ccitt", "group3", "group4", "packbits", "tiff_lzw", "tiff_adobe_deflate")
WITHOUT_PLANES = ("webp",)
"""Compressions that have no picture of one channel."""


@dataclass(frozen=True)
class Kind:
    """A file that must be served right."""

    write: Callable[[], bytes]
    shows: Callable[[], Image.Image]
    likeness: float = EXACTLY


@cache
def coloured() -> Image.Image:
    return drawn(WIDTH, HEIGHT)


@cache
def transparent() -> Image.Image:
    return drawn(WIDTH, HEIGHT, "RGBA")


@cache
def gray() -> Image.Image:
    return drawn(WIDTH, HEIGHT, "L")


@cache
def black_and_white() -> Image.Image:
    return gray().convert("1")


def shown_in_gray() -> Image.Image:
    return black_and_white().convert("L")


def pixels(image: Image.Image) -> np.ndarray[Any, Any]:
    return np.asarray(image)


def deep(image: Image.Image) -> np.ndarray[Any, Any]:
    """The same with sixteen bits."""
    return pixels(image).astype(np.uint16) * 257


def planes(content: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(np.moveaxis(content, 2, 0))


def tiff(content: np.ndarray[Any, Any], *, bigtiff: bool = False, byteorder: str = "<", **options: Any) -> bytes:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, bigtiff=bigtiff, byteorder=byteorder) as writer:
        writer.write(content, **({"photometric": "rgb"} | options))
    return buffer.getvalue()


def every_kind() -> dict[str, Kind]:
    return dict([*colours(), *depths(), *bilevel(), *inks_and_lab(), *pyramids(), *everyday()])


def colours() -> Iterator[tuple[str, Kind]]:
    """RGB and RGBA, of eight and sixteen bits, in strips and tiles, together and in planes, in every compression."""
    for compression in LOSSLESS_COMPRESSIONS:
        for tile in (None, TILE):
            for is_big in (False, True):
                options: dict[str, Any] = {"compression": compression, "tile": tile, "bigtiff": is_big}
                name = f"{'BigTIFF' if is_big else 'TIFF'}, {compression}, {'tiles' if tile else 'strips'}"
                yield from together(name, options)
                if compression not in WITHOUT_PLANES:
                    yield f"{name}, planes", Kind(lambda o=options: in_planes(pixels(coloured()), **o), coloured)
    for tile in (None, TILE):
        name = f"TIFF, JPEG, {'tiles' if tile else 'strips'}"
        jpeg: dict[str, Any] = {"compression": "jpeg", "tile": tile}
        finer = jpeg | {"compressionargs": {"level": 95}}
        yield name, Kind(lambda o=finer: tiff(pixels(coloured()), **o), coloured, LOSSY)
        yield f"{name}, planes", Kind(lambda o=jpeg: in_planes(pixels(coloured()), **o), coloured, LOSSY)


def together(name: str, options: dict[str, Any]) -> Iterator[tuple[str, Kind]]:
    alpha = {"extrasamples": ["unassalpha"]}
    yield name, Kind(lambda: tiff(pixels(coloured()), **options), coloured)
    yield f"{name}, alpha", Kind(lambda: tiff(pixels(transparent()), **alpha, **options), transparent)
    if options["compression"] not in WITHOUT_PLANES:
        yield f"{name}, 16 bit", Kind(lambda: tiff(deep(coloured()), **options), coloured)


def in_planes(content: np.ndarray[Any, Any], **options: Any) -> bytes:
    return tiff(planes(content), planarconfig="separate", **options)


def depths() -> Iterator[tuple[str, Kind]]:
    """Gray of every depth, and what else the field does to numbers."""
    black_is_zero: dict[str, Any] = {"photometric": "minisblack"}
    bright = pixels(gray()).astype(np.float32)
    twelve = pixels(gray()).astype(np.uint16) << 4
    yield "gray, 16 bit", Kind(lambda: tiff(deep(gray()), **black_is_zero), gray)
    yield "gray, 12 bit", Kind(lambda: tiff(twelve, bitspersample=12, **black_is_zero), gray)
    for bits in (2, 4):
        white = 2**bits - 1
        shades = pixels(gray()) >> (8 - bits)
        yield (
            f"gray, {bits} bit",
            Kind(
                lambda s=shades, b=bits: tiff(s, bitspersample=b, **black_is_zero),
                lambda s=shades, w=white: Image.fromarray(s * (255 // w)),
            ),
        )
    for bits in (6, 10, 14):
        yield (
            f"gray, {bits} bit",
            Kind(
                lambda b=bits: tiff(of_bits(gray(), b), bitspersample=b, **black_is_zero),
                lambda b=bits: at_most(gray(), b),
            ),
        )
        for tile in (None, TILE):
            yield (
                f"RGB, {bits} bit, {'tiles' if tile else 'strips'}",
                Kind(
                    lambda b=bits, t=tile: tiff(of_bits(coloured(), b), bitspersample=b, tile=t),
                    lambda b=bits: at_most(coloured(), b),
                ),
            )
    twelve_in_jpeg: dict[str, Any] = {"compression": "jpeg", "bitspersample": 12, "tile": TILE}
    yield "RGB, 12 bit, JPEG", Kind(lambda: tiff(of_bits(coloured(), 12), **twelve_in_jpeg), coloured, LOSSY)
    yield "RGB, 32 bit", Kind(lambda: tiff(pixels(coloured()).astype(np.uint32) << 24), coloured)
    yield from fractions()
    yield from measurements()
    yield "gray, 32 bit", Kind(lambda: tiff(pixels(gray()).astype(np.uint32) * 257, **black_is_zero), gray)
    yield "gray, float from 0 to 1", Kind(lambda: tiff(bright / 255, **black_is_zero), gray)
    yield "gray, float from 0 to 255", Kind(lambda: tiff(bright, **black_is_zero), gray)
    yield (
        "gray, float, tiles",
        Kind(lambda: tiff(bright / 255, tile=TILE, compression="zlib", predictor=True, **black_is_zero), gray),
    )
    yield "gray, white is zero", Kind(lambda: tiff(255 - pixels(gray()), photometric="miniswhite"), gray)
    yield "16 bit in planes, strips", Kind(lambda: in_planes(deep(coloured())), coloured)
    yield "16 bit in planes, tiles", Kind(lambda: in_planes(deep(coloured()), tile=TILE), coloured)
    yield (
        "big endian, 16 bit, predictor",
        Kind(lambda: tiff(deep(coloured()), byteorder=">", compression="lzw", predictor=True, tile=TILE), coloured),
    )
    yield (
        "a channel that means nothing",
        Kind(lambda: tiff(np.dstack([pixels(coloured()), pixels(gray())]), extrasamples=["unspecified"]), coloured),
    )


def of_bits(image: Image.Image, bits: int) -> np.ndarray[Any, Any]:
    """The values of a picture in so many bits."""
    values = pixels(image)
    return values >> (8 - bits) if bits < 8 else values.astype(np.uint16) << (bits - 8)


def at_most(image: Image.Image, bits: int) -> Image.Image:
    """What so many bits leave of a picture."""
    lost = max(0, 8 - bits)
    return image.point(lambda value: (value >> lost) * 255 // ((1 << (8 - lost)) - 1))


def fractions() -> Iterator[tuple[str, Kind]]:
    """Colours in floating point of every length, together, in planes and with what predicts them."""
    for length in (np.float16, np.float32, np.float64):
        light, shown = (pixels(coloured()) / 255).astype(length), (pixels(transparent()) / 255).astype(length)
        bits = 8 * np.dtype(length).itemsize
        yield f"RGB, float of {bits} bit", Kind(lambda c=light: tiff(c), coloured)
        yield f"RGB, float of {bits} bit, planes", Kind(lambda c=light: in_planes(c, tile=TILE), coloured)
        yield (
            f"RGB, float of {bits} bit, predictor",
            Kind(lambda c=light: tiff(c, tile=TILE, compression="zlib", predictor=True), coloured),
        )
        yield (
            f"RGBA, float of {bits} bit",
            Kind(lambda c=shown: tiff(c, extrasamples=["unassalpha"], byteorder=">"), transparent),
        )
        grays = (pixels(gray()) / 255).astype(length)
        yield f"gray, float of {bits} bit", Kind(lambda c=grays: tiff(c, photometric="minisblack"), gray)


def measurements() -> Iterator[tuple[str, Kind]]:
    """Gray whose white nobody states."""
    options: dict[str, Any] = {"photometric": "minisblack", "tile": TILE, "compression": "lzw"}
    for kind in (np.int16, np.int32, np.int64, np.uint64):
        yield f"gray, {np.dtype(kind).name}", Kind(lambda k=kind: tiff(pixels(gray()).astype(k), **options), gray)
    half = gray().point(lambda value: value // 2)
    yield (
        "gray, signed bytes",
        Kind(lambda: tiff(pixels(half).astype(np.int8), **options), lambda: half.point(lambda v: round(v * 255 / 127))),
    )
    yield "gray, signed bytes, below 0 too", Kind(lambda: tiff(below_zero(np.int8), **options), full_range)
    yield "gray, signed, below 0 too", Kind(lambda: tiff(below_zero(np.int16), **options), full_range)


def full_range() -> Image.Image:
    """From black to white."""
    image = gray().copy()
    image.putpixel((0, 0), 0)
    image.putpixel((1, 0), 255)
    return image


def below_zero(kind: type[np.signedinteger[Any]]) -> np.ndarray[Any, Any]:
    return (pixels(full_range()).astype(np.int16) - 128).astype(kind)


def bilevel() -> Iterator[tuple[str, Kind]]:
    for compression in BILEVEL_COMPRESSIONS:
        yield (
            f"1 bit, {compression}",
            Kind(lambda c=compression: encoded(black_and_white(), "TIFF", compression=c), shown_in_gray),
        )
    bits = pixels(black_and_white())
    yield "1 bit, BigTIFF", Kind(lambda: tiff(bits, photometric="minisblack", bigtiff=True), shown_in_gray)
    yield "1 bit, tiles", Kind(lambda: tiff(bits, photometric="minisblack", tile=TILE), shown_in_gray)
    yield "1 bit, white is zero", Kind(lambda: tiff(~bits, photometric="miniswhite"), shown_in_gray)
    yield "1 bit, nine pages", Kind(nine_pages, shown_in_gray)
    yield "1 bit, PNG", Kind(lambda: encoded(black_and_white()), shown_in_gray)


def nine_pages() -> bytes:
    pages = [black_and_white()] * 9
    return encoded(pages[0], "TIFF", compression="group4", save_all=True, append_images=pages[1:])


def inks_and_lab() -> Iterator[tuple[str, Kind]]:
    inks = pixels(coloured().convert("CMYK"))
    yield "CMYK, strips", Kind(lambda: tiff(inks, photometric="separated"), coloured)
    yield "CMYK, tiles", Kind(lambda: tiff(inks, photometric="separated", tile=TILE, compression="lzw"), coloured)
    yield "CMYK, 16 bit", Kind(lambda: tiff(inks.astype(np.uint16) * 257, photometric="separated"), coloured)
    yield "CMYK, planes", Kind(lambda: in_planes(inks, photometric="separated"), coloured)
    yield "YCCK", Kind(lambda: adobe_jpeg(255 - inks, "YCCK"), coloured, LOSSY)
    yield "CMYK, JPEG", Kind(lambda: adobe_jpeg(255 - inks, "CMYK"), coloured, LOSSY)
    yield (
        "RGB, JPEG",
        Kind(lambda: imagecodecs.jpeg8_encode(pixels(coloured()), 95, outcolorspace="RGB"), coloured, LOSSY),
    )
    yield "Lab, strips", Kind(lambda: encoded(in_lab(), "TIFF", compression="tiff_lzw"), coloured, LOSSY)
    signed, unsigned = pixels(in_lab()), pixels(in_lab()) ^ np.array([0, 128, 128], np.uint8)
    deep_lab = signed.astype(np.uint16) * np.array([257, 256, 256], np.uint16)
    deep_icc = unsigned.astype(np.uint16) << 8
    for tile in (None, TILE):
        where = "tiles" if tile else "strips"
        for name, values, photometric in (
            ("Lab", signed, "cielab"),
            ("Lab of ICC", unsigned, "icclab"),
            ("Lab, 16 bit", deep_lab, "cielab"),
            ("Lab of ICC, 16 bit", deep_icc, "icclab"),
        ):
            yield (
                f"{name}, plain, {where}",
                Kind(lambda v=values, p=photometric, t=tile: tiff(v, photometric=p, tile=t), coloured, LOSSY),
            )
    yield from brightness_and_differences()


def brightness_and_differences() -> Iterator[tuple[str, Kind]]:
    """YCbCr that no codec turns into RGB."""
    for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield (
            f"YCbCr of Pillow, {compression}",
            Kind(lambda c=compression: encoded(coloured().convert("YCbCr"), "TIFF", compression=c), coloured, LOSSY),
        )
    for steps in ((2, 2), (4, 4), (2, 1), (4, 2)):
        for tile in (None, TILE):
            yield (
                f"YCbCr, sampled {steps}, {'tiles' if tile else 'strips'}",
                Kind(lambda s=steps, t=tile: subsampled(coloured(), s, tile=t), coloured, 30),
            )
    yield "YCbCr, deflated blocks", Kind(lambda: subsampled(coloured(), (2, 2), compress=True), coloured, 30)
    yield "YCbCr that does not say how", Kind(lambda: subsampled(coloured(), (2, 2), is_stated=False), coloured, 30)
    yield "YCbCr at every pixel, unsaid", Kind(lambda: subsampled(coloured(), (1, 1), is_stated=False), coloured, LOSSY)


def adobe_jpeg(inks: np.ndarray[Any, Any], stored_as: str) -> bytes:
    content: bytes = imagecodecs.jpeg8_encode(inks, 95, colorspace="CMYK", outcolorspace=stored_as, subsampling="444")
    return content


def in_lab() -> Image.Image:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    image = ImageCms.applyTransform(coloured(), ImageCms.buildTransform(srgb, lab, "RGB", "LAB"))
    assert image is not None
    return image


def pyramids() -> Iterator[tuple[str, Kind]]:
    sizes = [(75, 50), (38, 25)]
    for as_pages in (False, True):
        kind = "reduced pages" if as_pages else "sub-directories"
        yield f"pyramid of {kind}", Kind(lambda p=as_pages: pyramid(coloured(), sizes, as_pages=p), coloured)
        yield (
            f"pyramid of {kind}, JPEG",
            Kind(lambda p=as_pages: pyramid(coloured(), sizes, as_pages=p, compression="jpeg"), coloured, 32),
        )
    yield "pyramid of 16 bit", Kind(deep_pyramid, coloured)


def deep_pyramid() -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = {"photometric": "rgb", "tile": TILE, "compression": "zlib"}
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(deep(coloured()), subifds=2, **options)
        for size in ((75, 50), (38, 25)):
            writer.write(deep(coloured().resize(size)), subfiletype=1, **options)
    return buffer.getvalue()


def everyday() -> Iterator[tuple[str, Kind]]:
    """PNG, GIF, BMP and WebP in their odder forms."""
    palette = coloured().quantize(64)
    few = gray().point(lambda value: value // 16 * 17)
    yield "PNG, palette", Kind(lambda: encoded(palette), lambda: palette.convert("RGB"))
    yield "PNG, 16 bit", Kind(lambda: imagecodecs.png_encode(deep(coloured())), coloured)
    yield "PNG, 16 bit and alpha", Kind(lambda: imagecodecs.png_encode(deep(transparent())), transparent)
    yield (
        "PNG, 1 pixel",
        Kind(lambda: encoded(Image.new("RGB", (1, 1), "teal")), lambda: Image.new("RGB", (1, 1), "teal")),
    )
    yield "GIF", Kind(lambda: encoded(palette, "GIF"), lambda: palette.convert("RGB"))
    yield "GIF, 16 grays", Kind(lambda: encoded(few, "GIF"), lambda: few)
    yield "GIF, interlaced", Kind(lambda: encoded(palette, "GIF", interlace=1), lambda: palette.convert("RGB"))
    yield "GIF, animated", Kind(lambda: animated(palette, loop=0), lambda: palette.convert("RGB"))
    yield "GIF, animated once", Kind(lambda: animated(palette), lambda: palette.convert("RGB"))
    yield "GIF, one pixel", Kind(lambda: encoded(Image.new("P", (1, 1)), "GIF"), lambda: Image.new("RGB", (1, 1)))
    yield (
        "GIF, without an end",
        Kind(lambda: encoded(palette, "GIF").removesuffix(b";"), lambda: palette.convert("RGB")),
    )
    yield (
        "GIF, with a comment",
        Kind(lambda: encoded(palette, "GIF", comment=b"x" * 300), lambda: palette.convert("RGB")),
    )
    yield "BMP", Kind(lambda: encoded(coloured(), "BMP"), coloured)
    yield "BMP, 1 bit", Kind(lambda: encoded(black_and_white(), "BMP"), shown_in_gray)
    yield "WebP, alpha", Kind(lambda: encoded(transparent(), "WEBP", lossless=True, exact=True), transparent)


def animated(image: Image.Image, **options: Any) -> bytes:
    """Frames that last differently long and are put away in different ways."""
    others = [image.rotate(180), image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]
    return encoded(
        image, "GIF", save_all=True, append_images=others, duration=[10, 200, 0], disposal=[0, 2, 1], **options
    )
