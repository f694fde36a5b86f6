"""Finds the OpenJPEG library (libopenjp2) and says how its functions are called.

In order: the one that the settings name, the system's, the one that comes inside Pillow's wheel.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_void_p,
)
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import PIL

from iiifserver.conf import conf

OLDEST_VERSION = (2, 5, 0)
"""Older ones take a file that was cut off for a whole one, and fill it with gray."""

SYSTEM_NAMES = ("libopenjp2.so.7", "libopenjp2.7.dylib")

PARAMETER_BYTES = 16_384
"""More than the parameters of a decoder take in any version."""

READ = CFUNCTYPE(c_size_t, c_void_p, c_size_t, c_void_p)
SKIP = CFUNCTYPE(c_int64, c_int64, c_void_p)
SEEK = CFUNCTYPE(c_int, c_int64, c_void_p)
TELL = CFUNCTYPE(None, c_char_p, c_void_p)
"""What the library calls back for: bytes, leaving some out, going to a place, and telling what is wrong."""


class ImageComponent(ctypes.Structure):
    """`opj_image_comp_t`: one channel of a decoded picture."""

    _fields_ = [
        ("step_x", c_uint32),
        ("step_y", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("left", c_uint32),
        ("top", c_uint32),
        ("precision", c_uint32),
        ("unused", c_uint32),
        ("is_signed", c_uint32),
        ("decoded_resolutions", c_uint32),
        ("halvings", c_uint32),
        ("samples", POINTER(c_int32)),
        ("alpha", c_uint16),
    ]


class DecodedImage(ctypes.Structure):
    """`opj_image_t`: a picture."""

    _fields_ = [
        ("left", c_uint32),
        ("top", c_uint32),
        ("right", c_uint32),
        ("bottom", c_uint32),
        ("component_count", c_uint32),
        ("space", c_int),
        ("components", POINTER(ImageComponent)),
        ("profile", POINTER(c_uint8)),
        ("profile_length", c_uint32),
    ]


SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "opj_create_decompress": (c_void_p, (c_int,)),
    "opj_destroy_codec": (None, (c_void_p,)),
    "opj_set_default_decoder_parameters": (None, (c_void_p,)),
    "opj_setup_decoder": (c_int, (c_void_p, c_void_p)),
    "opj_codec_set_threads": (c_int, (c_void_p, c_int)),
    "opj_set_error_handler": (c_int, (c_void_p, TELL, c_void_p)),
    "opj_read_header": (c_int, (c_void_p, c_void_p, POINTER(POINTER(DecodedImage)))),
    "opj_set_decoded_resolution_factor": (c_int, (c_void_p, c_uint32)),
    "opj_set_decode_area": (c_int, (c_void_p, POINTER(DecodedImage), c_int32, c_int32, c_int32, c_int32)),
    "opj_decode": (c_int, (c_void_p, c_void_p, POINTER(DecodedImage))),
    "opj_image_destroy": (None, (POINTER(DecodedImage),)),
    "opj_stream_create": (c_void_p, (c_size_t, c_int)),
    "opj_stream_destroy": (None, (c_void_p,)),
    "opj_stream_set_user_data_length": (None, (c_void_p, ctypes.c_uint64)),
    "opj_stream_set_read_function": (None, (c_void_p, READ)),
    "opj_stream_set_skip_function": (None, (c_void_p, SKIP)),
    "opj_stream_set_seek_function": (None, (c_void_p, SEEK)),
    "opj_version": (c_char_p, ()),
}
"""For each function that is called: what it returns, and its arguments."""


class NoLibrary(Exception):
    """There is no OpenJPEG library that can be used; the message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class OpenJpegLibrary:
    """A library that was found. Its functions may be called by many threads at once."""

    functions: ctypes.CDLL
    version: str
    origin: str
    """Whose it is, for staff."""


def find_library() -> OpenJpegLibrary:
    """The first library that can be used; raises `NoLibrary` where there is none."""
    return library_for(conf.openjpeg_library)


@lru_cache(maxsize=4)
def library_for(path: str | None) -> OpenJpegLibrary:
    """The library that the settings name, or else the first of the others."""
    refusals = []
    for name, origin in candidates(path):
        try:
            return loaded(name, origin)
        except (AttributeError, NoLibrary, OSError) as error:
            refusals.append(f"{origin}: {error}")
    tried = "; ".join(refusals)
    raise NoLibrary(
        f"There is no OpenJPEG library of version {version_text(OLDEST_VERSION)} or newer. Install one with "
        f"“apt install libopenjp2-7” or “pip install pillow”, or name its file in IIIFSERVER_OPENJPEG_LIBRARY. "
        f"Tried: {tried}."
    )


def candidates(path: str | None) -> Iterator[tuple[str, str]]:
    """The names under which a library is looked for, and whose it would be."""
    if path:
        yield path, "the settings' library"
        return
    for name in SYSTEM_NAMES:
        yield name, f"the system's {name}"
    for file in bundled_libraries(Path(PIL.__file__).parent):
        yield str(file), "the library inside Pillow"


def bundled_libraries(package: Path) -> Iterator[Path]:
    """The libraries that a wheel of Pillow brings: beside the package on Linux, inside of it on macOS."""
    for folder in (package.parent / "pillow.libs", package / ".dylibs"):
        yield from sorted(folder.glob("libopenjp2*"))


def loaded(name: str, origin: str) -> OpenJpegLibrary:
    """Raises `OSError` or `AttributeError` for what is no such library, and `NoLibrary` for one that is too old."""
    functions = ctypes.CDLL(name)
    for function, (result, arguments) in SIGNATURES.items():
        called = getattr(functions, function)
        called.restype, called.argtypes = result, arguments
    version = functions.opj_version().decode("ascii", "replace")
    if parsed(version) < OLDEST_VERSION:
        raise NoLibrary(f"version {version} is too old")
    return OpenJpegLibrary(functions, version, origin)


def parsed(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version)[:3])


def version_text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
