"""Has OpenJPEG decode a part of a JPEG 2000 at a fraction of its size, from any file that can be read and sought in."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from .jpeg2000_code_stream import halved
from .jpeg2000_header import ChannelKind, Jpeg2000Header
from .openjpeg_library import (
    PARAMETER_BYTES,
    READ,
    SEEK,
    SKIP,
    TELL,
    DecodedImage,
    ImageComponent,
    OpenJpegLibrary,
)

CODE_STREAM, BOXES = 0, 2
"""The library's numbers of the two kinds of file."""

STREAM_BYTES = 4096
"""What is read at once when the decoder looks for a tile: more would read far past its header. Its pixels are read in
one piece."""

NOTHING_LEFT = ctypes.c_size_t(-1).value


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture on its reference grid."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Plane:
    """One decoded channel."""

    samples: np.ndarray[Any, np.dtype[np.int32]]
    """Valid only as long as the decoded picture is."""
    left: int
    top: int
    """Where the first sample lies, in steps of this channel from the origin of the reference grid."""
    step_x: int
    step_y: int
    precision: int
    is_signed: bool
    kind: int


class Reader:
    """Gives a library the bytes of a Python file, from a place on, and keeps the error that came of it: none can pass
    through C.
    """

    def __init__(self, file: BinaryIO, start: int) -> None:
        self.error: Exception | None = None
        self._file, self._start = file, start
        self.length = file.seek(0, io.SEEK_END) - start
        self._position = 0
        self.read, self.skip, self.seek = READ(self._read), SKIP(self._skip), SEEK(self._seek)

    def _read(self, buffer: int, length: int, _: object) -> int:
        try:
            self._file.seek(self._start + self._position)
            content = self._file.read(length)
        except Exception as error:  # noqa: BLE001
            self.error = error
            return NOTHING_LEFT
        ctypes.memmove(buffer, content, len(content))
        self._position += len(content)
        return len(content) or NOTHING_LEFT

    def _skip(self, length: int, _: object) -> int:
        if not 0 <= self._position + length <= self.length:
            return -1
        self._position += length
        return length

    def _seek(self, position: int, _: object) -> int:
        if not 0 <= position <= self.length:
            return 0
        self._position = position
        return 1


@contextmanager
def decoded(
    library: OpenJpegLibrary, file: BinaryIO, header: Jpeg2000Header, area: Area, halvings: int, threads: int = 1
) -> Iterator[tuple[Plane, ...]]:
    """The channels of an area, halved so often.

    Raises `ValueError` for damage, and what the file raises.
    """
    reader, complaints = Reader(file, header.start), list[str]()
    with decoder(library, header.is_boxed, complaints) as codec, stream(library, reader) as source:
        image = ctypes.POINTER(DecodedImage)()
        call = library.functions

        def require(succeeded: int) -> None:
            if reader.error:
                raise reader.error
            if not succeeded:
                raise ValueError("; ".join(complaints) or "The decoder gave no reason.")

        try:
            if threads > 1:
                require(call.opj_codec_set_threads(codec, threads))
            require(call.opj_read_header(source, codec, ctypes.byref(image)))
            require(call.opj_set_decoded_resolution_factor(codec, halvings))
            require(call.opj_set_decode_area(codec, image, area.left, area.top, area.right, area.bottom))
            require(call.opj_decode(codec, source, image))
            yield tuple(planes_of(image.contents))
        finally:
            # A null pointer is let be.
            call.opj_image_destroy(image)


@contextmanager
def decoder(library: OpenJpegLibrary, is_boxed: bool, complaints: list[str]) -> Iterator[int]:
    call = library.functions
    codec = call.opj_create_decompress(BOXES if is_boxed else CODE_STREAM)
    if not codec:
        raise MemoryError
    # Kept until the codec is gone, which calls it.
    tell = TELL(lambda message, _: complaints.append(message.decode("utf-8", "replace").strip()))
    parameters = ctypes.create_string_buffer(PARAMETER_BYTES)
    try:
        call.opj_set_error_handler(codec, tell, None)
        call.opj_set_default_decoder_parameters(parameters)
        if not call.opj_setup_decoder(codec, parameters):
            raise MemoryError
        yield codec
    finally:
        call.opj_destroy_codec(codec)


@contextmanager
def stream(library: OpenJpegLibrary, reader: Reader) -> Iterator[int]:
    call = library.functions
    source = call.opj_stream_create(STREAM_BYTES, 1)
    if not source:
        raise MemoryError
    try:
        call.opj_stream_set_user_data_length(source, reader.length)
        call.opj_stream_set_read_function(source, reader.read)
        call.opj_stream_set_skip_function(source, reader.skip)
        call.opj_stream_set_seek_function(source, reader.seek)
        yield source
    finally:
        call.opj_stream_destroy(source)


def planes_of(image: DecodedImage) -> Iterator[Plane]:
    """The channels of a picture; raises `ValueError` for one that was not decoded."""
    for place in range(image.component_count):
        yield plane_of(image.components[place])


def plane_of(component: ImageComponent) -> Plane:
    if not component.samples or component.width * component.height == 0:
        raise ValueError("A channel has no samples.")
    return Plane(
        samples=np.ctypeslib.as_array(component.samples, (component.height, component.width)),
        left=halved(component.left, component.halvings),
        top=halved(component.top, component.halvings),
        step_x=component.step_x,
        step_y=component.step_y,
        precision=component.precision,
        is_signed=bool(component.is_signed),
        kind=component.alpha if component.alpha in set(ChannelKind) else ChannelKind.COLOUR,
    )
