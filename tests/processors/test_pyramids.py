from __future__ import annotations

import errno
import tempfile
import tracemalloc

import pytest
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, Level, SourceFacts
from iiifserver.testing.drawing import drawn, likeness
from processors.backends.tiles import TilesOptions, TilesProcessor
from processors.bands import plan_for
from processors.pyramid_recipe import Recipe, decoded_pixels, reason_for
from processors.pyramids import Coding, write_pyramid

SIZES = [(1, 1), (63, 64), (64, 65), (129, 300), (200, 131), (256, 256)]


def written(place, image: Image.Image, *, band: int = 128, is_lossy: bool = False, quality: int = 90, profile=None):
    """The image as a pyramid of tiles of 64 pixels."""
    recipe = Recipe(quality=quality, tile=64)
    bands = (image.crop((0, top, image.width, min(top + band, image.height))) for top in range(0, image.height, band))
    coding = Coding(mode=image.mode, recipe=recipe, is_lossy=is_lossy, profile=profile)
    write_pyramid(place, bands, Extent(*image.size), coding)
    return Found(open=lambda: open(place, "rb"), version=str(place))


def read(found: Found, size: Extent | None = None) -> Image.Image:
    processor = TilesProcessor(TilesOptions())
    facts = processor.facts(found)
    box = Box(0, 0, facts.extent.width, facts.extent.height)
    return processor.read(found, facts, plan_for(box, size or box.extent, 1)).image


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_without_loss_comes_back(tmp_path, mode, size):
    image = drawn(*size, mode)
    assert likeness(read(written(tmp_path / "a.tif", image)), image) == float("inf")


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("quality", [75, 89, 90, 100])
def test_jpeg_tiles_look_like_the_image(tmp_path, mode, quality):
    image = drawn(300, 200, mode)
    assert likeness(read(written(tmp_path / "a.tif", image, is_lossy=True, quality=quality)), image) > 32


@pytest.mark.parametrize("size", SIZES)
def test_each_level_is_half_of_the_one_before(tmp_path, size):
    image = drawn(*size)
    facts = TilesProcessor(TilesOptions()).facts(found := written(tmp_path / "a.tif", image))
    assert [level.extent for level in facts.levels] == Recipe(tile=64).levels(Extent(*size))
    smallest = facts.levels[-1].extent
    averaged = image
    for _ in facts.levels[1:]:
        averaged = averaged.reduce(2)
    assert likeness(read(found, smallest), averaged) == float("inf")


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("quality", [75, 90])
def test_its_tiles_are_handed_out_as_they_are(tmp_path, mode, quality):
    found = written(tmp_path / "a.tif", drawn(300, 200, mode), is_lossy=True, quality=quality)
    processor = TilesProcessor(TilesOptions())
    facts = processor.facts(found)
    for factor in (1, 2):
        box = Box(64 * factor, 0, 64 * factor, 64 * factor)
        plan = plan_for(box, Extent(64, 64), 1, Format.JPG)
        assert processor.stored(found, facts, plan).startswith(b"\xff\xd8")


def test_the_profile_stays(tmp_path):
    from tifffile import TiffFile

    written(tmp_path / "a.tif", drawn(100, 80), profile=b"a profile")
    with TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.pages[0].tags[34675].value == b"a profile"


@pytest.mark.parametrize("bands", [[(300, 100)], [(300, 128), (300, 64)], [(299, 200)], [(300, 100), (300, 100)]])
def test_bands_that_do_not_make_up_the_image_are_refused(tmp_path, bands):
    images = [drawn(*size) for size in bands]
    coding = Coding(mode="RGB", recipe=Recipe(tile=64), is_lossy=False)
    with pytest.raises(ValueError, match="do not make up"):
        write_pyramid(tmp_path / "a.tif", images, Extent(300, 200), coding)


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(OSError, match="No space"):
        written(tmp_path / "a.tif", drawn(300, 200))


def test_memory_holds_bands_and_not_the_image(tmp_path):
    width, height, band = 512, 16_384, 128
    blank = Image.new("L", (width, band), 200)
    coding = Coding(mode="L", recipe=Recipe(tile=64), is_lossy=True)
    tracemalloc.start()
    write_pyramid(tmp_path / "a.tif", (blank for _ in range(height // band)), Extent(width, height), coding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < width * height / 4


def facts(*levels: tuple[Extent, Extent | None]) -> SourceFacts:
    stored = tuple(Level(*level) for level in levels)
    extent = Extent(8000, 6000)
    return SourceFacts(extent=extent, format_name="tiff", has_color=True, has_alpha=False, levels=stored)


@pytest.mark.parametrize(
    ("known", "pixels", "reason"),
    [
        (facts(), 48_000_000, "One piece of 48 megapixels"),
        (facts((Extent(8000, 6000), None)), 48_000_000, "strips as wide as the image"),
        (facts((Extent(8000, 6000), Extent(512, 512))), 48_000_000, "It has no small version"),
        (facts((Extent(8000, 6000), Extent(4096, 4096)), (Extent(500, 375), None)), 16_777_216, "Its tiles are large"),
        (facts((Extent(8000, 6000), Extent(512, 512)), (Extent(500, 375), None)), 262_144, ""),
    ],
)
def test_what_must_be_decoded_and_why(known, pixels, reason):
    assert decoded_pixels(known) == pixels
    assert reason in reason_for(known)
