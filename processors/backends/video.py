"""Reads films: one frame, at the time that stands behind the identifier."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import TYPE_CHECKING, Any, NoReturn

from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import BadRequest, ImageTooLarge, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Extent, RenderPlan, SourceFacts

from ..base import TOO_LARGE, Processor, Raster, damage_is_unreadable
from ..capabilities import Feature, Library
from ..detection import SIGNATURE_BYTES, name_of
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..retrieval import seekable
from ..retrieval_options import RetrievalForm, RetrievalOptions, RetrievalRule
from ..windows import box_to_read, window_in, window_within

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

CONTAINERS = {"avi": "avi", "flv": "flv", "matroska": "matroska", "mp4": "mp4", "mpeg": "mpeg"}
"""FFmpeg's name for each format. It is told which one to read: left to itself it would also read playlists, which name
other files and addresses.
"""

TRANSPORT_STREAM_START = b"\x47"
ELEMENTARY_STREAM_START = b"\0\0\x01\xb3"

THREADS = 2

MICROSECONDS = 1_000_000

MATRIX = struct.Struct("=9i")
ORIENTATIONS = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
"""The EXIF orientation that does what a display matrix says, by the signs of its four numbers."""

UNSAID_COLOURS = 2
"""FFmpeg's number for a film that does not say how its colours are coded."""

LEAST_HIGH_DEFINITION = 720
"""In lines. Above, films that do not say otherwise are coded as BT.709 says, below as BT.601 does."""

TOO_SLOW = "This moment of the film takes longer to find than the server allows."


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOptions(RetrievalOptions):
    limit_seconds: int = 20
    limit_frames: int = 2000

    def __post_init__(self) -> None:
        # `super` without arguments does not find its class in a dataclass with slots.
        RetrievalOptions.__post_init__(self)
        if self.limit_seconds < 1 or self.limit_frames < 1:
            raise ValueError("The limits are at least 1.")


class VideoForm(RetrievalForm):
    limit_seconds = forms.IntegerField(
        label="Time limit",
        min_value=1,
        max_value=600,
        initial=20,
        help_text="In seconds. A frame that takes longer to find is given up.",
    )
    limit_frames = forms.IntegerField(
        label="Frames at most",
        min_value=1,
        max_value=1_000_000,
        initial=2000,
        help_text="A film is decoded from the last key frame before the wanted time on. Where more frames than this "
        "would have to be decoded, the request is given up.",
    )

    field_order = ("limit_seconds", "limit_frames")


class VideoProcessor(Processor):
    """Frames of films as images. Each second is a page: `film.mp4;00:01:23` is the frame after 83 seconds."""

    label = "Video"
    used_for = "Films: a frame at the time that stands behind the identifier, such as film.mp4;00:01:23."
    options_class = VideoOptions
    form_class = VideoForm
    formats = frozenset(CONTAINERS)
    features = frozenset({Feature.TIMES})
    libraries = (Library("av", "pip install av"),)
    options: VideoOptions

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        with opened(found, self.options.rule) as film:
            page_count = seconds_of(film)
            if page > page_count:
                raise BadRequest(f"The film ends before that: it has {page_count} seconds.")
            frame = self.frame_at(film, 0)
            extent, orientation = extent_of(frame, film.stream.sample_aspect_ratio), orientation_of(frame)
            return SourceFacts(
                extent=extent.turned() if orientation in SIDEWAYS else extent,
                format_name=film.format_name,
                has_color=True,
                has_alpha=False,
                orientation=orientation,
                page_count=page_count,
            )

    def facts_of_pages(self, found: Found, page_count: int) -> Iterator[SourceFacts | None]:
        return repeat(self.facts(found, page_count), page_count)

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        stored = stored_size(facts.extent, facts.orientation)
        box = to_stored(plan.box, facts.extent, facts.orientation)
        with lane_for(stored.area), opened(found, self.options.rule) as film:
            image = picture_of(self.frame_at(film, plan.page - 1), stored)
        window = window_in(stored, stored, box)
        part = box_to_read(window, stored_size(plan.size, facts.orientation), stored)
        return Raster(image.crop((part.x, part.y, part.right, part.bottom)), window_within(window, part))

    def frame_at(self, film: Film, second: int) -> VideoFrame:
        """The frame that is shown at that time, or the last one. Raises `Unreadable` when it is not found in time."""
        deadline = time.monotonic() + self.options.limit_seconds
        start = film.stream.start_time or 0
        time_base = film.stream.time_base or Fraction(1, MICROSECONDS)
        wanted = start + round(second / time_base)
        if second:
            film.container.seek(wanted, stream=film.stream, backward=True)
        shown: VideoFrame | None = None
        for number, frame in enumerate(film.container.decode(film.stream)):
            if time.monotonic() > deadline or number >= self.options.limit_frames:
                raise Unreadable(TOO_SLOW)
            if shown is not None and frame.pts is not None and frame.pts > wanted:
                break
            shown = frame
            if frame.pts is None or frame.pts >= wanted:
                break
        if shown is None:
            raise EOFError("The film has no frame there.")
        return shown


@dataclass(frozen=True, slots=True)
class Film:
    """A film whose header has been read."""

    format_name: str
    container: InputContainer
    stream: VideoStream


@contextmanager
def opened(found: Found, rule: RetrievalRule) -> Iterator[Film]:
    """The film with nothing decoded. Raises any error of the tree."""
    import av

    with seekable(found, rule) as file, damage_is_unreadable(), ffmpeg_errors():
        start = file.read(SIGNATURE_BYTES)
        format_name = name_of(start)
        if format_name not in CONTAINERS:
            raise ValueError("A file of this kind is for another processor.")
        file.seek(0)
        with av.open(file, "r", format=demuxer_for(format_name, start), io_open=refuse_other_files) as container:
            if not container.streams.video:
                raise ValueError("There are no pictures in it.")
            stream = container.streams.video[0]
            stream.codec_context.thread_count = THREADS
            if stream.codec_context.width * stream.codec_context.height > conf.max_decode_pixels:
                raise ImageTooLarge(TOO_LARGE)
            yield Film(format_name, container, stream)


@contextmanager
def ffmpeg_errors() -> Iterator[None]:
    """Turns those of FFmpeg's errors that Python has no kind for into a `ValueError`."""
    from av.error import FFmpegError

    try:
        yield
    except FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise ValueError(str(error)) from error


def demuxer_for(format_name: str, start: bytes) -> str:
    """FFmpeg's name for what reads such a file."""
    if format_name != "mpeg":
        return CONTAINERS[format_name]
    if start.startswith(TRANSPORT_STREAM_START):
        return "mpegts"
    return "mpegvideo" if start.startswith(ELEMENTARY_STREAM_START) else "mpeg"


def refuse_other_files(*args: object) -> NoReturn:
    """A film is one file, whatever it names."""
    raise PermissionError("A film may not lead to other files.")


def seconds_of(film: Film) -> int:
    """How many seconds have begun before the film ends; 1 where it does not say how long it is."""
    if film.stream.duration and film.stream.time_base:
        return max(1, math.ceil(film.stream.duration * film.stream.time_base))
    return max(1, math.ceil((film.container.duration or 0) / MICROSECONDS))


def extent_of(frame: VideoFrame, ratio: Fraction | None) -> Extent:
    """The size in square pixels, before the frame is set upright."""
    return Extent(max(1, round(frame.width * (ratio or 1))), frame.height)


def orientation_of(frame: VideoFrame) -> int:
    """The EXIF orientation that does what the film's display matrix says; 1 when that is nothing of the kind."""
    from av.sidedata.sidedata import Type

    side_data: Any = frame.side_data
    matrix = side_data.get(Type.DISPLAYMATRIX)
    if matrix is None or len(bytes(matrix)) != MATRIX.size:
        return 1
    a, b, _, c, d, *_ = MATRIX.unpack(bytes(matrix))
    return ORIENTATIONS.get((sign(a), sign(b), sign(c), sign(d)), 1)


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def picture_of(frame: VideoFrame, extent: Extent) -> Image.Image:
    """The frame in sRGB and in square pixels, not yet upright."""
    from av.video.reformatter import Colorspace

    is_high = frame.colorspace == UNSAID_COLOURS and frame.height >= LEAST_HIGH_DEFINITION
    colours = Colorspace.ITU709 if is_high else None
    image: Image.Image = frame.to_image(src_colorspace=colours)  # type: ignore[no-untyped-call]
    size = (extent.width, extent.height)
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
