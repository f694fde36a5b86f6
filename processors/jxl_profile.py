"""The colour profile of a JPEG XL, by the libjxl that comes inside imagecodecs, which itself gives none. Nothing but
the header is decoded for it.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from functools import lru_cache
from pathlib import Path

from .colour import LARGEST_PROFILE_BYTES

logger = logging.getLogger("iiifserver.processors")

OLDEST_VERSION = 8_000
"""0.8: in older ones the functions have other arguments."""

COLOURS_ARE_KNOWN = 0x100
OF_DECODED_PIXELS = 1
SUCCESS = 0

SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "JxlDecoderVersion": (c_uint32, ()),
    "JxlDecoderCreate": (c_void_p, (c_void_p,)),
    "JxlDecoderDestroy": (None, (c_void_p,)),
    "JxlDecoderSubscribeEvents": (c_int, (c_void_p, c_int)),
    "JxlDecoderSetInput": (c_int, (c_void_p, c_char_p, c_size_t)),
    "JxlDecoderProcessInput": (c_int, (c_void_p,)),
    "JxlDecoderGetICCProfileSize": (c_int, (c_void_p, c_int, POINTER(c_size_t))),
    "JxlDecoderGetColorAsICCProfile": (c_int, (c_void_p, c_int, c_char_p, c_size_t)),
}
"""For each function that is called: what it returns, and its arguments."""


def profile_in(content: bytes) -> bytes | None:
    """The ICC profile of the pixels that imagecodecs makes of these bytes; `None` where the file has no sound one, or
    no library can tell.
    """
    library = find_library()
    if library is None:
        return None
    with decoder(library) as handle:
        library.JxlDecoderSubscribeEvents(handle, COLOURS_ARE_KNOWN)
        library.JxlDecoderSetInput(handle, content, len(content))
        if library.JxlDecoderProcessInput(handle) != COLOURS_ARE_KNOWN:
            return None
        return written_profile(library, handle)


def written_profile(library: ctypes.CDLL, handle: int) -> bytes | None:
    size = c_size_t()
    if library.JxlDecoderGetICCProfileSize(handle, OF_DECODED_PIXELS, ctypes.byref(size)) != SUCCESS:
        return None
    if not 0 < size.value <= LARGEST_PROFILE_BYTES:
        return None
    profile = ctypes.create_string_buffer(size.value)
    if library.JxlDecoderGetColorAsICCProfile(handle, OF_DECODED_PIXELS, profile, size) != SUCCESS:
        return None
    return profile.raw


@contextmanager
def decoder(library: ctypes.CDLL) -> Iterator[int]:
    handle = library.JxlDecoderCreate(None)
    if not handle:
        raise MemoryError
    try:
        yield handle
    finally:
        library.JxlDecoderDestroy(handle)


@lru_cache(maxsize=1)
def find_library() -> ctypes.CDLL | None:
    """The library inside imagecodecs; `None` where that was built in another way."""
    import imagecodecs

    # Loads the library along with those that it needs itself, which nobody else would find.
    imagecodecs.jpegxl_version()
    for file in bundled_libraries(Path(imagecodecs.__file__).parent):
        try:
            return loaded(file)
        except (AttributeError, OSError) as error:
            logger.info("%s cannot be used: %s", file, error)
    logger.warning("No libjxl was found beside imagecodecs: colour profiles of JPEG XL are not known.")
    return None


def bundled_libraries(package: Path) -> Iterator[Path]:
    """The libraries that a wheel of imagecodecs brings: beside the package on Linux, inside of it on macOS."""
    for folder, pattern in ((package.parent / "imagecodecs.libs", "libjxl-*"), (package / ".dylibs", "libjxl.*")):
        yield from sorted(folder.glob(pattern))


def loaded(file: Path) -> ctypes.CDLL:
    """Raises `OSError` or `AttributeError` for what is no such library, or one that is too old."""
    library = ctypes.CDLL(str(file))
    for function, (result, arguments) in SIGNATURES.items():
        called = getattr(library, function)
        called.restype, called.argtypes = result, arguments
    if library.JxlDecoderVersion() < OLDEST_VERSION:
        raise OSError("it is too old")
    return library
