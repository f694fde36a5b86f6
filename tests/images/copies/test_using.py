from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from caching.working_copies import copy_store
from iiifserver.testing.drawing import drawn, likeness, with_orientation
from images.jobs.model import JobState
from images.metrics import handed_out_total
from processors.backends.pillow import PillowProcessor
from tests.images.conftest import picture

ALIKE = 34
"""In decibels: what two JPEGs of one picture are to each other at least."""


@pytest.fixture
def decoded(monkeypatch):
    """Counts how often Pillow's processor is asked to decode."""
    reads = []
    read = PillowProcessor.read

    def counted(self, found, facts, plan):
        reads.append(plan)
        return read(self, found, facts, plan)

    monkeypatch.setattr(PillowProcessor, "read", counted)
    return reads


def handed_out() -> float:
    return handed_out_total._value.get()


def tile(service, identifier="large.jpg", parameters="512,512,512,512/512,512/0/default.jpg") -> Image.Image:
    return service.image(parameters, identifier)


def test_tiles_come_from_the_copy_and_nothing_is_decoded(service, copied, decoded):
    service.draw("large.jpg", drawn(2400, 1600), quality=95)
    original = tile(service)
    assert len(decoded) == 1
    job = copied("large.jpg")
    assert job.state == JobState.DONE, job.outcome
    decoded.clear()
    before = handed_out()
    again = tile(service, parameters="512,512,512,512/512,512/0/default.jpg")
    assert handed_out() == before + 1
    assert decoded == []
    assert likeness(original, again) > ALIKE


def test_info_json_differs_in_its_tiles_and_sizes_alone(service, copied, endpoints):
    endpoints(tile_size=256)
    service.draw("large.jpg", drawn(2400, 1600))
    before = service.get("/iiif/3/large.jpg/info.json")
    assert copied("large.jpg").state == JobState.DONE
    after = service.get("/iiif/3/large.jpg/info.json")
    assert before["ETag"] != after["ETag"]
    one, other = before.json(), after.json()
    assert other["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8]}]
    for document in (one, other):
        document.pop("tiles")
        document.pop("sizes")
    assert one == other


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_copy_stands_upright(service, copied, orientation):
    service.draw("large.jpg", drawn(1500, 1200), quality=95, exif=with_orientation(orientation))
    for parameters in ("full/300,/0/default.jpg", "200,100,700,600/350,/0/default.jpg", "full/300,/!90/default.jpg"):
        before = service.image(parameters, "large.jpg")
        assert copied("large.jpg").state == JobState.DONE
        after = service.image(parameters, "large.jpg")
        assert likeness(before, after) > ALIKE
        copy_store().purge()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_stays_so_without_loss(service, copied, mode):
    service.draw("large.png", drawn(1400, 1100, mode))
    before = service.image("300,200,600,600/600,/0/default.png", "large.png")
    assert copied("large.png").state == JobState.DONE
    after = service.image("300,200,600,600/600,/0/default.png", "large.png")
    assert likeness(before, after) == float("inf")
    assert before.mode == after.mode


def test_black_and_white_is_copied_without_loss(service, copied, decoded):
    service.draw("large.png", drawn(1400, 1100).convert("1"))
    before = service.image("300,200,600,600/600,/0/default.png", "large.png")
    assert copied("large.png").state == JobState.DONE
    decoded.clear()
    after = service.image("300,200,600,600/600,/0/default.png", "large.png")
    assert likeness(before, after) == float("inf")
    assert decoded == []


def test_gray_is_copied_as_gray_tiles(service, copied):
    service.draw("large.jpg", drawn(1400, 1100, "L"))
    assert copied("large.jpg").state == JobState.DONE
    before = handed_out()
    assert tile(service, parameters="0,0,512,512/512,512/0/default.jpg").mode == "L"
    assert handed_out() == before + 1


def test_who_asks_for_a_lossless_format_gets_the_pixels_of_the_image(service, copied):
    image = drawn(1400, 1100)
    service.draw("large.png", image)
    assert copied("large.png").state == JobState.DONE
    assert likeness(service.image("full/max/0/default.png", "large.png"), image) == float("inf")
    assert likeness(service.image("full/max/0/default.jpg", "large.png"), image) < 60


def test_a_changed_image_is_not_answered_from_its_old_copy(service, copied):
    path = service.draw("large.jpg", Image.new("RGB", (1400, 1000), "red"))
    assert copied("large.jpg").state == JobState.DONE
    service.draw("large.jpg", Image.new("RGB", (1400, 1000), "blue"))
    os.utime(path, (1, 1))
    assert tile(service, parameters="0,0,512,512/512,/0/default.jpg").getpixel((9, 9))[2] > 240


def test_the_copy_of_changed_bytes_takes_the_place_of_the_earlier_one(service, copied):
    path = service.draw("large.jpg", Image.new("RGB", (1400, 1000), "red"))
    assert copied("large.jpg").state == JobState.DONE
    service.draw("large.jpg", Image.new("RGB", (1400, 1000), "blue"))
    os.utime(path, (1, 1))
    assert copied("large.jpg").state == JobState.DONE
    assert copy_store().usage().entries == 1


def test_another_quality_means_another_copy(service, copied, rules, decoded):
    service.draw("large.jpg", drawn(1400, 1100))
    assert copied("large.jpg").state == JobState.DONE
    rules(quality=50)
    decoded.clear()
    tile(service)
    assert len(decoded) == 1


def test_copies_are_not_used_when_they_are_switched_off(service, copied, rules, decoded):
    service.draw("large.jpg", drawn(1400, 1100))
    assert copied("large.jpg").state == JobState.DONE
    rules(makes="never")
    decoded.clear()
    tile(service)
    assert len(decoded) == 1


def test_a_damaged_copy_is_removed_and_the_image_soon_answered_from_itself(service, copied):
    service.draw("large.jpg", drawn(1400, 1100))
    assert copied("large.jpg").state == JobState.DONE
    (file,) = (path for path in copy_store().folder.rglob("*") if path.is_file() and path.name != "ledger")
    end = file.read_bytes()[-200:]
    file.write_bytes(bytes(5000) + end)
    assert service.get("/iiif/3/large.jpg/0,0,512,512/512,/0/default.jpg").status_code == 503
    assert tile(service, parameters="0,0,512,512/512,/0/default.jpg").size == (512, 512)
    assert not file.exists()


def test_a_truncated_copy_is_not_used(service, copied, decoded):
    service.draw("large.jpg", drawn(1400, 1100))
    assert copied("large.jpg").state == JobState.DONE
    (file,) = (path for path in copy_store().folder.rglob("*") if path.is_file() and path.name != "ledger")
    os.truncate(file, file.stat().st_size - 1)
    decoded.clear()
    tile(service)
    assert len(decoded) == 1


def test_each_page_has_a_copy_of_its_own(service, copied):
    pages = [Image.new("RGB", (1200, 1000), colour).convert("P").convert("RGB") for colour in ("red", "lime")]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    (service.folder / "pages.tif").write_bytes(buffer.getvalue())
    assert copied("pages.tif", 2).state == JobState.DONE
    assert copied("pages.tif", 1).state == JobState.DONE
    assert copy_store().usage().entries == 2
    for identifier, colour in (("pages.tif", (255, 0, 0)), ("pages.tif;2", (0, 255, 0))):
        answer = picture(service.get(f"/iiif/3/{identifier}/0,0,512,512/512,/0/default.jpg"))
        assert likeness(answer, Image.new("RGB", answer.size, colour)) > ALIKE


def test_what_the_image_says_of_itself_still_comes_from_the_image(service, copied, endpoints):
    exif = Image.Exif()
    exif[0x8298] = "Museum"
    service.draw("large.jpg", drawn(1400, 1100), exif=exif.tobytes())
    endpoints(attribution_fields="exif:Copyright")
    assert copied("large.jpg").state == JobState.DONE
    assert "Museum" in str(service.info("large.jpg", version=2)["attribution"])


def test_the_original_bytes_are_never_changed(service, copied):
    path = service.draw("large.jpg", drawn(1400, 1100))
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    assert copied("large.jpg").state == JobState.DONE
    tile(service)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
