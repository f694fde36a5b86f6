from __future__ import annotations

import contextlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.test import override_settings
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge, SourceUnavailable, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, SourceFacts
from iiifserver.testing import (
    ProcessorContract,
    drawn,
    encoded,
    in_memory,
    likeness,
    plan_for,
    rendered,
    with_orientation,
)
from processors import vips_library
from processors.backends.pillow import PillowProcessor
from processors.backends.vips import LOADERS, VipsProcessor
from processors.operations import picture
from processors.output import Output
from processors.retrieval import Refused
from processors.runtime import Processors
from processors.vips_library import NoVips
from tests.processors.backends.test_pillow_damage import BOMBS

pyvips = pytest.importorskip("pyvips", reason='libvips is not installed: pip install "pyvips[binary]"')


def vips() -> VipsProcessor:
    return VipsProcessor.build({})


class VipsContract(ProcessorContract):
    @pytest.fixture
    def processor(self) -> VipsProcessor:
        return vips()


class TestPng(VipsContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "PNG", exif=with_orientation(orientation))


class TestJpeg(VipsContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "JPEG", quality=95, subsampling=0, exif=with_orientation(orientation))


class TestProgressiveJpeg(VipsContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        options = {"quality": 95, "subsampling": 0, "progressive": True}
        return encoded(image, "JPEG", exif=with_orientation(orientation), **options)


# --- Like Pillow -------------------------------------------------------------------------------------------------


def as_shown_by(processor: object, content: bytes, **parts: object) -> Image.Image:
    return rendered(processor, in_memory(content), **parts)  # type: ignore[arg-type]


KINDS = {
    "png-1": encoded(drawn(120, 80, "1")),
    "png-l": encoded(drawn(120, 80, "L")),
    "png-la": encoded(drawn(120, 80, "LA")),
    "png-p": encoded(drawn(120, 80).quantize(64)),
    "png-rgba": encoded(drawn(120, 80, "RGBA")),
    "png-transparent-colour": encoded(drawn(120, 80).quantize(64), transparency=3),
    "png-16": encoded(Image.fromarray(np.asarray(drawn(120, 80, "L")).astype(np.uint16) * 257)),
    "jpeg-gray": encoded(drawn(120, 80, "L"), "JPEG"),
    "jpeg-cmyk": encoded(drawn(120, 80).convert("CMYK"), "JPEG", quality=95),
    "jpeg-420": encoded(drawn(120, 80), "JPEG", quality=95, subsampling=2),
}


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_those_of_pillow(kind: str):
    ours, theirs = (as_shown_by(one, KINDS[kind]) for one in (vips(), PillowProcessor.build({})))
    assert ours.mode == theirs.mode
    assert likeness(ours, theirs) > 40


@pytest.mark.parametrize("kind", KINDS)
def test_small_pictures_are_those_of_pillow(kind: str):
    parts = {"box": Box(8, 8, 96, 64), "size": Extent(24, 16)}
    ours, theirs = (as_shown_by(one, KINDS[kind], **parts) for one in (vips(), PillowProcessor.build({})))
    assert likeness(ours, theirs) > 26


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_those_of_pillow(kind: str):
    assert vips().facts(in_memory(KINDS[kind])) == PillowProcessor.build({}).facts(in_memory(KINDS[kind]))


def test_what_is_transparent_does_not_colour_its_neighbours():
    image = Image.new("RGBA", (80, 80), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 80, 41))
    small = np.asarray(as_shown_by(vips(), encoded(image), size=Extent(8, 8)))
    visible = small[small[:, :, 3] > 0]
    assert len(visible) > 0
    assert (visible[:, 1] == 0).all()


# --- Bounds ------------------------------------------------------------------------------------------------------


def test_only_named_loaders_can_be_reached():
    assert vips().facts(in_memory(encoded(drawn(30, 20)))) is not None
    assert set(LOADERS) == VipsProcessor.formats
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    with pytest.raises(Unreadable):
        vips().facts(in_memory(svg))


def test_loaders_that_are_unfit_for_strangers_are_blocked():
    vips_library.vips()
    with pytest.raises(pyvips.Error):
        pyvips.Image.csvload_source(pyvips.Source.new_from_memory(b"1,2\n3,4\n")).avg()


def test_there_is_one_page():
    with pytest.raises(BadRequest):
        vips().facts(in_memory(encoded(drawn(30, 20))), 2)


@pytest.mark.parametrize("name", sorted(set(BOMBS) & VipsProcessor.formats))
def test_a_bomb_is_refused_from_its_header(name: str):
    with pytest.raises((ImageTooLarge, Unreadable)):
        vips().facts(in_memory(BOMBS[name]))


@pytest.mark.parametrize(("limit", "refused"), [(600, False), (599, True)])
def test_the_limit_of_the_fence_counts_the_pixels(limit: int, refused: bool, tmp_path):
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": limit}):
        try:
            vips().facts(in_memory(encoded(drawn(30, 20))))
            was_refused = False
        except ImageTooLarge:
            was_refused = True
    assert was_refused is refused


def test_threads_and_memory_are_bounded():
    vips_library.vips()
    assert (pyvips.concurrency_get(), pyvips.cache_get_max()) == (vips_library.THREADS, 0)


def test_an_older_libvips_is_refused_with_the_line_that_brings_a_newer(monkeypatch):
    monkeypatch.setattr(pyvips, "version", lambda part: (8, 18, 2)[part])
    with pytest.raises(NoVips, match=r'8\.18\.2 has known security holes.*pip install --upgrade "pyvips\[binary\]"'):
        vips_library.vips.__wrapped__()


def test_a_missing_libvips_is_a_problem_and_no_crash(monkeypatch):
    def missing():
        raise NoVips("libvips is missing.")

    monkeypatch.setattr("processors.backends.vips.vips", missing)
    assert list(vips().problems()) == ["libvips is missing."]
    assert VipsProcessor.reads("jpeg") is False


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
@pytest.mark.parametrize("part", [0.03, 0.3, 0.7])
def test_a_file_that_was_cut_off_is_unreadable(name: str, part: float):
    content = encoded(drawn(300, 200), name)
    with pytest.raises(Unreadable):
        rendered(vips(), in_memory(content[: int(part * len(content))]))


def test_a_source_that_stops_is_not_a_damaged_image():
    content = encoded(drawn(300, 200))

    class Stopping(io.BytesIO):
        def read(self, length: int | None = -1) -> bytes:
            if self.tell() > 4000:
                raise SourceUnavailable("The source is silent.")
            return super().read(length)

    with pytest.raises(SourceUnavailable):
        rendered(vips(), Found(open=lambda: Stopping(content), version="one"))


# --- Where the bytes are -----------------------------------------------------------------------------------------


def file_at(path: Path) -> Found:
    path.write_bytes(encoded(drawn(300, 200)))
    return Found(open=lambda: path.open("rb"), version="file")


@pytest.mark.parametrize("retrieval", ["download", "refuse"])
def test_a_file_of_this_machine_is_read_where_it_is(retrieval: str, tmp_path, monkeypatch):
    monkeypatch.delattr("processors.retrieval.downloaded")
    processor = VipsProcessor.build({"retrieval": retrieval})
    assert likeness(rendered(processor, file_at(tmp_path / "image")), drawn(300, 200)) == float("inf")


def test_what_is_no_file_is_left_to_another_processor_where_staff_want_that():
    processor = VipsProcessor.build({"retrieval": "refuse"})
    with pytest.raises(Refused):
        processor.facts(in_memory(encoded(drawn(30, 20))))


def test_many_threads_read_at_once():
    processor, found = vips(), in_memory(encoded(drawn(700, 500)))
    boxes = [Box(x, y, 100, 100) for x in range(0, 600, 100) for y in range(0, 400, 100)]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda box: rendered(processor, found, box), boxes))
    wanted = [drawn(700, 500).crop((box.x, box.y, box.right, box.bottom)) for box in boxes]
    assert [likeness(*pair) for pair in zip(pictures, wanted, strict=True)] == [float("inf")] * len(boxes)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_flipped_bytes_never_do_more_than_refuse(name: str, seed: int):
    dice = np.random.default_rng(seed)
    content = bytearray(encoded(drawn(96, 64), name))
    for place in dice.integers(12, len(content), 8):
        content[place] = dice.integers(256)
    found = in_memory(bytes(content))
    with contextlib.suppress(Unreadable, ImageTooLarge):
        facts = vips().facts(found)
        if facts is not None:
            assert vips().read(found, facts, plan_for(facts, Box(0, 0, 1, 1))).image.size >= (1, 1)


# --- Which requests are given to it --------------------------------------------------------------------------------

LARGE = Extent(4000, 3000)
PART, MOST = Box(0, 0, 512, 512), Box(0, 0, 4000, 2900)


@pytest.mark.parametrize(
    ("format_name", "extent", "box", "is_suited"),
    [
        ("jpeg", LARGE, PART, True),
        ("jpeg", LARGE, MOST, False),
        ("png", LARGE, PART, True),
        ("png", LARGE, MOST, True),
        ("png", Extent(800, 600), PART, False),
        ("jpeg", Extent(800, 600), PART, False),
    ],
)
def test_it_suits_parts_of_large_jpegs_and_all_of_large_pngs(format_name: str, extent: Extent, box: Box, is_suited):
    facts = SourceFacts(extent=extent, format_name=format_name, has_color=True, has_alpha=False)
    assert vips().suits(facts, plan_for(facts, box)) is is_suited


def test_staff_say_from_which_size_on():
    facts = SourceFacts(extent=Extent(800, 600), format_name="png", has_color=True, has_alpha=False)
    assert VipsProcessor.build({"least_megapixels": 0.4}).suits(facts, plan_for(facts))
    assert not VipsProcessor.build({"least_megapixels": 0.5}).suits(facts, plan_for(facts))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_what_does_not_suit_it_is_read_by_pillow_and_looks_the_same(form: str, orientation: int, monkeypatch):
    found = in_memory(encoded(drawn(300, 200), form, exif=with_orientation(orientation)))
    image = Processors((vips(), PillowProcessor.build({}))).inspect(found).of(found)
    plan = plan_for(image.facts)
    expected = rendered(vips(), found)
    monkeypatch.setattr(VipsProcessor, "read", None)
    shown = picture(image.read(plan, Output()), plan, orientation, Output())
    assert likeness(shown, expected) > 45
