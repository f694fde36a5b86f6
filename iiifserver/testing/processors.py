"""What every processor keeps."""

# ruff: noqa: S101 - assert is how a test says what it expects

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from iiifserver.iiif import source_formats
from iiifserver.iiif.errors import ImageTooLarge, SourceMissing, Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation, SourceFacts
from processors.base import Processor
from processors.detection import detect
from processors.kept_profiles import in_answers_colours
from processors.operations import picture
from processors.output import Output

from .drawing import drawn, in_memory, likeness, upright

UPSIDE_DOWN = 3
QUARTER_TURN = 6


def rendered(
    processor: Processor, found: Found, box: Box | None = None, size: Extent | None = None, **changes: Any
) -> Image.Image:
    """The picture of a region in a size, by that processor: as a viewer would see it in a PNG."""
    facts = processor.facts(found)
    assert facts is not None, "The processor leaves this file to another one."
    plan = plan_for(facts, box, size, **changes)
    output = Output()
    raster = in_answers_colours(processor.read(found, facts, plan), plan, output)
    return picture(raster, plan, facts.orientation, output)


def plan_for(facts: SourceFacts, box: Box | None = None, size: Extent | None = None, **changes: Any) -> RenderPlan:
    """A plan for a region, which is all of the image unless said otherwise, in its own size unless said otherwise."""
    box = box or Box(0, 0, facts.extent.width, facts.extent.height)
    parts = {"rotation": Rotation(), "quality": Quality.DEFAULT, "format": Format.PNG, **changes}
    return RenderPlan(box=box, size=size or box.extent, **parts)


class ProcessorContract:
    """What every processor keeps. A subclass gives the fixture `processor`, and `file_of` for a kind that it reads."""

    least_likeness = 35.0
    """In decibels; lower for a subclass whose files are lossy."""

    @pytest.fixture
    def processor(self) -> Processor:
        raise NotImplementedError

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        """A file that this processor reads, of that picture, stored with an EXIF orientation."""
        raise NotImplementedError

    def test_facts_say_what_the_image_is(self, processor: Processor) -> None:
        facts = processor.facts(in_memory(self.file_of(drawn(300, 200))))
        assert facts is not None
        assert (facts.extent, facts.has_color, facts.orientation) == (Extent(300, 200), True, 1)
        assert facts.format_name in processor.formats

    def test_its_files_are_known_by_their_first_bytes(
        self, processor: Processor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(source_formats, "_brought", {format.name: format for format in processor.brings})
        assert detect(in_memory(self.file_of(drawn(300, 200)))) in processor.formats

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_facts_are_those_of_the_upright_image(self, processor: Processor, orientation: int) -> None:
        facts = processor.facts(in_memory(self.file_of(drawn(300, 200), orientation)))
        assert facts is not None
        assert facts.extent == (Extent(200, 300) if orientation >= 5 else Extent(300, 200))

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_pictures_are_upright(self, processor: Processor, orientation: int) -> None:
        stored = drawn(300, 200)
        shown = rendered(processor, in_memory(self.file_of(stored, orientation)))
        assert likeness(shown, upright(stored, orientation)) > self.least_likeness

    @pytest.mark.parametrize("orientation", [1, UPSIDE_DOWN, QUARTER_TURN])
    def test_regions_are_counted_on_the_upright_image(self, processor: Processor, orientation: int) -> None:
        stored = drawn(300, 200)
        shown = rendered(processor, in_memory(self.file_of(stored, orientation)), Box(20, 30, 90, 70))
        expected = upright(stored, orientation).crop((20, 30, 110, 100))
        assert likeness(shown, expected) > self.least_likeness

    @pytest.mark.parametrize(
        ("box", "size"),
        [
            (Box(0, 0, 300, 200), Extent(75, 50)),
            (Box(0, 0, 300, 200), Extent(1, 1)),
            (Box(299, 199, 1, 1), Extent(1, 1)),
            (Box(0, 0, 300, 200), Extent(37, 111)),
            (Box(10, 20, 33, 77), Extent(33, 77)),
            (Box(10, 20, 33, 77), Extent(99, 80)),
            (Box(256, 128, 44, 72), Extent(11, 18)),
        ],
    )
    def test_sizes_are_exact(self, processor: Processor, box: Box, size: Extent) -> None:
        shown = rendered(processor, in_memory(self.file_of(drawn(300, 200))), box, size)
        assert Extent(*shown.size) == size

    def test_a_smaller_picture_looks_like_the_large_one(self, processor: Processor) -> None:
        image = drawn(300, 200)
        shown = rendered(processor, in_memory(self.file_of(image)), size=Extent(75, 50))
        assert likeness(shown, image.resize((75, 50), Image.Resampling.LANCZOS)) > self.least_likeness - 5

    def test_tiles_put_together_are_the_image(self, processor: Processor) -> None:
        image = drawn(300, 200)
        found, whole = in_memory(self.file_of(image)), Image.new("RGB", image.size)
        for left, top in ((x, y) for x in range(0, 300, 64) for y in range(0, 200, 64)):
            box = Box(left, top, min(64, 300 - left), min(64, 200 - top))
            whole.paste(rendered(processor, found, box), (left, top))
        assert likeness(whole, image) > self.least_likeness

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
    def test_a_file_that_was_cut_off_is_unreadable(self, processor: Processor, part: float) -> None:
        content = self.file_of(drawn(300, 200))
        with pytest.raises(Unreadable):
            rendered(processor, in_memory(content[: int(part * len(content))]))

    def test_a_file_with_nothing_behind_its_signature_has_no_facts(self, processor: Processor) -> None:
        start = self.file_of(drawn(300, 200))[:16]
        assert _facts_or_none(processor, in_memory(start + bytes(range(200)) * 20)) is None

    def test_errors_of_the_source_come_through(self, processor: Processor) -> None:
        with pytest.raises(SourceMissing):
            processor.facts(Found(open=_gone, version="gone"))

    def test_leaves_no_file_open(self, processor: Processor) -> None:
        opened: list[io.BytesIO] = []
        content = self.file_of(drawn(300, 200))

        def opening() -> io.BytesIO:
            opened.append(io.BytesIO(content))
            return opened[-1]

        rendered(processor, Found(open=opening, version="one"))
        assert opened
        assert all(file.closed for file in opened)


def _facts_or_none(processor: Processor, found: Found) -> SourceFacts | None:
    try:
        return processor.facts(found)
    except (Unreadable, ImageTooLarge):
        return None


def _gone() -> io.BytesIO:
    raise SourceMissing("There is no image with this identifier.")
