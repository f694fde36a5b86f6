from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge, Unreadable
from iiifserver.iiif.values import Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, plan_for, rendered
from processors.backends.video import VideoProcessor
from processors.detection import detect
from tests.processors.backends.films import film, gray_film

pytest.importorskip("av", reason="Films are read with PyAV: pip install av")


def reader(**options) -> VideoProcessor:
    return VideoProcessor.build(options)


class TestVideo(ProcessorContract):
    least_likeness = 30.0

    @pytest.fixture
    def processor(self) -> VideoProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return film([image] * 3, orientation=orientation)


def gray_at(content: bytes, page: int, **options) -> int:
    """How light the frame of that page is."""
    processor, found = reader(**options), in_memory(content)
    facts = processor.facts(found, page)
    return int(np.asarray(processor.read(found, facts, plan_for(facts, page=page)).image)[24, 32, 0])


FILMS = {
    "mp4": ("mp4", "mpeg4"),
    "mov": ("mov", "mpeg4"),
    "matroska": ("matroska", "mpeg4"),
    "webm": ("webm", "libvpx"),
    "avi": ("avi", "mpeg4"),
    "flv": ("flv", "flv"),
    "mpegts": ("mpegts", "mpeg4"),
}


@pytest.mark.parametrize(("container", "codec"), FILMS.values(), ids=FILMS)
def test_each_second_is_a_page(container: str, codec: str):
    content = gray_film(5, container=container, codec=codec)
    facts = reader().facts(in_memory(content))
    assert (facts.extent, facts.page_count, facts.format_name) == (Extent(64, 48), 5, detect(in_memory(content)))
    assert [round(gray_at(content, page) / 10) for page in (1, 2, 4, 5)] == [0, 1, 3, 4]


def test_frames_between_key_frames_are_found():
    content = gray_film(20, key_frame_every=500, sc_threshold="1000000000")
    assert [round(gray_at(content, page) / 10) for page in (13, 7, 20)] == [12, 6, 19]


@pytest.mark.parametrize("page", [6, 7, 999_999_999])
def test_a_time_behind_the_end_is_a_bad_request(page: int):
    """Cantaloupe's lesson 57."""
    with pytest.raises(BadRequest, match="5 seconds"):
        reader().facts(in_memory(gray_film(5)), page)


def test_all_seconds_have_the_same_facts():
    found = in_memory(gray_film(3))
    assert list(reader().facts_of_pages(found, 3)) == [reader().facts(found)] * 3


def test_pixels_that_are_not_square_are_made_so():
    content = film([drawn(64, 48)] * 2, container="matroska", codec="mpeg4", aspect="2:1")
    found = in_memory(content)
    assert reader().facts(found).extent == Extent(128, 48)
    assert rendered(reader(), found).size == (128, 48)


# --- Hostile files ------------------------------------------------------------------------------------------------


def test_where_too_many_frames_must_be_decoded_the_request_is_given_up():
    with pytest.raises(Unreadable, match="longer"):
        gray_at(gray_film(30, key_frame_every=500, sc_threshold="1000000000"), 29, limit_frames=10)


def test_what_takes_too_long_is_given_up(monkeypatch):
    clock = iter(range(0, 10_000, 15))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with pytest.raises(Unreadable, match="longer"):
        gray_at(gray_film(5, key_frame_every=500, sc_threshold="1000000000"), 5)


def test_frames_larger_than_may_be_decoded_are_refused(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 1000}
    with pytest.raises(ImageTooLarge):
        reader().facts(in_memory(gray_film(2)))


def test_a_playlist_is_not_followed(tmp_path):
    (tmp_path / "film.mp4").write_bytes(gray_film(2))
    listing = f"#EXTM3U\n#EXTINF:2,\nfile://{tmp_path}/film.mp4\n#EXT-X-ENDLIST\n".encode()
    with pytest.raises(Unreadable):
        detect(in_memory(listing))
    with pytest.raises(Unreadable):
        reader().facts(in_memory(listing))


def test_sound_alone_is_unreadable():
    with pytest.raises(Unreadable):
        reader().facts(in_memory(sound()))


def sound() -> bytes:
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as target:
        stream = target.add_stream("aac", rate=44_100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44_100
        for packet in (*stream.encode(frame), *stream.encode()):
            target.mux(packet)
    return buffer.getvalue()
