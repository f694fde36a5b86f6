"""What holds for every kind of overlay."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from iiifserver.iiif.values import Quality
from overlays import fonts
from overlays.marks import MarkMemory, memory
from overlays.uploads import store
from tests.overlays.pixels import answer_of, drawn_on, file_of, plain, touched


class OverlayContract:
    """Subclasses say how one is made, and another value for each option."""

    others: dict[str, object]

    @pytest.fixture
    def make(self):
        raise NotImplementedError

    def test_equal_options_have_equal_fingerprints(self, make):
        assert make().fingerprint == make().fingerprint

    def test_every_option_changes_the_fingerprint(self, make):
        prints = [make(**{name: value}).fingerprint for name, value in self.others.items()]
        assert len({make().fingerprint, *prints}) == len(prints) + 1

    def test_every_option_is_tried(self, make):
        assert set(make().options_class.__dataclass_fields__) - {"picture"} == set(self.others) - {"picture"}

    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
    @pytest.mark.parametrize("quality", list(Quality))
    def test_size_is_kept_and_something_is_drawn(self, make, mode, quality):
        image = plain((300, 200), mode)
        after = drawn_on(make(), image, quality)
        assert after.size == (300, 200)
        assert touched(image, after) is not None

    @pytest.mark.parametrize("quality", [Quality.GRAY, Quality.BITONAL])
    @pytest.mark.parametrize("mode", ["L", "LA"])
    def test_gray_stays_gray_where_it_was_asked_for(self, make, mode, quality):
        if (mode, quality) != ("LA", Quality.BITONAL):
            assert drawn_on(make(), plain((300, 200), mode), quality).mode == mode

    def test_drawing_twice_gives_the_same(self, make):
        image = plain((300, 200))
        assert drawn_on(make(), image).tobytes() == drawn_on(make(), image).tobytes()

    def test_threads_draw_the_same(self, make, monkeypatch):
        monkeypatch.setattr("overlays.placed.memory", MarkMemory(50_000))
        overlay = make()
        images = [plain((200 + 10 * (number % 4), 150)) for number in range(160)]
        with ThreadPoolExecutor(16) as pool:
            drawn = list(pool.map(lambda image: drawn_on(overlay, image).tobytes(), images))
        alone = [drawn_on(make(), image).tobytes() for image in images[:4]]
        assert drawn == alone * 40

    def test_a_plugin_says_what_it_is_for(self, make):
        assert make().label
        assert make().used_for.endswith(".")
        assert make().protects is False


class TestText(OverlayContract):
    others = {
        "text": "Other",
        "font": "DejaVu Sans Bold",
        "size": 25,
        "minimum_size": 17,
        "weight": 300,
        "wraps": True,
        "letter_spacing": 10,
        "colour": "yellow",
        "stroke_colour": "blue",
        "stroke_width": 2,
        "background": "black",
        "padding": 6,
        "position": "center",
        "inset": 11,
        "spacing": 41,
        "opacity_percent": 99,
        "anchor": "image",
        "angle": 45,
        "left_percent": 1.5,
        "top_percent": 2,
    }

    @pytest.fixture
    def make(self, text):
        return lambda **options: text(**{"colour": "red", **options})

    def test_the_bytes_of_the_font_change_the_fingerprint(self, text, tmp_path, monkeypatch):
        font = fonts.face("DejaVu Sans Bold")
        before = text(font=font.name).fingerprint
        (tmp_path / "font.ttf").write_bytes(Path(font.path).read_bytes() + b"\0")
        monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
        assert text(font=font.name).fingerprint != before


class TestPicture(OverlayContract):
    others = {
        "address": "https://example.org/logo.png",
        "width_percent": 10,
        "position": "center",
        "inset": 11,
        "spacing": 41,
        "opacity_percent": 99,
        "anchor": "image",
        "angle": 45,
        "left_percent": 1.5,
        "top_percent": 2,
    }

    @pytest.fixture
    def make(self, picture):
        return picture

    def test_other_bytes_change_the_fingerprint(self, picture):
        other = store(file_of(Image.new("RGB", (40, 20), (255, 0, 1))))
        assert picture(picture=other).fingerprint != picture().fingerprint


def test_a_text_and_a_picture_cost_little_on_a_tile(text, picture):
    """A third of the 1.5 milliseconds that are promised, at the best of many tries: the machine may be busy."""
    overlays = [text(background="rgba(0, 0, 0, 0.4)"), picture(width_percent=25, opacity_percent=50)]
    tile, answer = plain((512, 512)), answer_of((512, 512))
    seconds = []
    for _ in range(50):
        start = time.perf_counter()
        for overlay in overlays:
            overlay.draw(tile, answer)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.0005
    assert memory._marks.currsize <= memory._marks.maxsize
