"""What every overlay keeps."""

# ruff: noqa: S101 - assert is how a test says what it expects

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest
from PIL import Image, ImageChops

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Identifier, Quality, RenderPlan, Rotation, SourceFacts
from overlays.base import Answer, Overlay

GREEN = (0, 128, 0)


def plain(
    size: tuple[int, int] = (200, 100), mode: str = "RGB", colour: int | tuple[int, ...] | None = None
) -> Image.Image:
    """A picture of one colour."""
    defaults: dict[str, int | tuple[int, ...]] = {"L": 90, "LA": (90, 255), "RGB": GREEN, "RGBA": (*GREEN, 255)}
    return Image.new(mode, size, defaults[mode] if colour is None else colour)


def answer_of(
    extent: tuple[int, int] = (400, 300),
    box: tuple[int, int, int, int] | None = None,
    size: tuple[int, int] | None = None,
    *,
    orientation: int = 1,
    identifier: str = "card.png",
    **values: Any,
) -> Answer:
    """An answer about an image of that extent: all of it in its own size, unless told otherwise."""
    plan_values = {name: values.pop(name) for name in ("rotation", "quality", "format", "page") if name in values}
    region = Box(*box) if box else Box(0, 0, *extent)
    plan = RenderPlan(
        box=region,
        size=Extent(*size) if size else region.extent,
        **{"rotation": Rotation(), "quality": Quality.DEFAULT, "format": Format.PNG, **plan_values},
    )
    facts = SourceFacts(
        extent=Extent(*extent), format_name="png", has_color=True, has_alpha=False, orientation=orientation
    )
    return Answer(identifier=Identifier(identifier), facts=facts, plan=plan, **values)


def drawn_on(overlay: Overlay, image: Image.Image, quality: Quality = Quality.DEFAULT) -> Image.Image:
    """What an answer looks like that shows this picture, with the overlay."""
    return overlay.draw(image.copy(), answer_of(image.size, quality=quality))


def touched(before: Image.Image, after: Image.Image) -> Box | None:
    """The smallest box that holds every pixel that changed."""
    difference = ImageChops.difference(before.convert("RGBA"), after.convert("RGBA"))
    box = difference.getbbox(alpha_only=False)
    return Box(box[0], box[1], box[2] - box[0], box[3] - box[1]) if box else None


class OverlayContract:
    """What every overlay keeps that draws. A subclass gives the fixture `make`, and another value for each option."""

    others: ClassVar[Mapping[str, object]] = {}
    """For each option a value that `make` does not give it by itself."""
    tried_elsewhere: ClassVar[frozenset[str]] = frozenset()
    """The options for which a test of the subclass does that."""

    @pytest.fixture
    def make(self) -> Callable[..., Overlay]:
        """Makes the overlay, with these options instead of its usual ones."""
        raise NotImplementedError

    def test_equal_options_have_equal_fingerprints(self, make: Callable[..., Overlay]) -> None:
        assert make().fingerprint == make().fingerprint

    def test_every_option_changes_the_fingerprint(self, make: Callable[..., Overlay]) -> None:
        prints = [make(**{name: value}).fingerprint for name, value in self.others.items()]
        assert len({make().fingerprint, *prints}) == len(prints) + 1

    def test_every_option_is_tried(self, make: Callable[..., Overlay]) -> None:
        assert set(make().options_class.__dataclass_fields__) == {*self.others, *self.tried_elsewhere}

    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
    @pytest.mark.parametrize("quality", list(Quality))
    def test_size_is_kept_and_something_is_drawn(
        self, make: Callable[..., Overlay], mode: str, quality: Quality
    ) -> None:
        image = plain((300, 200), mode)
        after = drawn_on(make(), image, quality)
        assert after.size == (300, 200)
        assert touched(image, after) is not None

    @pytest.mark.parametrize("quality", [Quality.GRAY, Quality.BITONAL])
    @pytest.mark.parametrize("mode", ["L", "LA"])
    def test_gray_stays_gray_where_it_was_asked_for(
        self, make: Callable[..., Overlay], mode: str, quality: Quality
    ) -> None:
        if (mode, quality) != ("LA", Quality.BITONAL):
            assert drawn_on(make(), plain((300, 200), mode), quality).mode == mode

    def test_drawing_twice_gives_the_same(self, make: Callable[..., Overlay]) -> None:
        image = plain((300, 200))
        assert drawn_on(make(), image).tobytes() == drawn_on(make(), image).tobytes()

    def test_threads_draw_the_same(self, make: Callable[..., Overlay]) -> None:
        overlay = make()
        images = [plain((200 + 10 * (number % 4), 150)) for number in range(160)]
        with ThreadPoolExecutor(16) as pool:
            drawn = list(pool.map(lambda image: drawn_on(overlay, image).tobytes(), images))
        alone = [drawn_on(make(), image).tobytes() for image in images[:4]]
        assert drawn == alone * 40

    def test_it_says_what_it_is_for(self, make: Callable[..., Overlay]) -> None:
        assert make().label
        assert make().used_for.endswith(".")
        assert make().protects is False
