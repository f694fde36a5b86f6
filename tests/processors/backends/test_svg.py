from __future__ import annotations

import base64
import contextlib
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge, Overloaded, Unreadable
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import ProcessorContract, encoded, in_memory, likeness, rendered, upright
from processors.backends import svg as svg_backend
from processors.backends.svg import SvgProcessor, python_program

pytest.importorskip("resvg_py", reason="SVGs are drawn with resvg-py: pip install resvg-py")


def reader(**options) -> SvgProcessor:
    return SvgProcessor.build(options)


def svg(content: str, attributes: str = 'width="300" height="200"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{content}</svg>'.encode()


class TestSvg(ProcessorContract):
    @pytest.fixture
    def processor(self) -> SvgProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        shown = upright(image, orientation)
        pixels = base64.b64encode(encoded(shown)).decode()
        picture = f'<image href="data:image/png;base64,{pixels}" width="{shown.width}" height="{shown.height}"/>'
        return svg(picture, f'width="{shown.width}" height="{shown.height}"')


RED_SQUARE = '<rect x="100" y="50" width="50" height="50" fill="#f00"/>'
RED, NOTHING = (255, 0, 0, 255), (0, 0, 0, 0)


def test_what_is_not_drawn_on_is_transparent():
    shown = rendered(reader(), in_memory(svg(RED_SQUARE)))
    assert (shown.getpixel((5, 5)), shown.getpixel((120, 70))) == (NOTHING, RED)


def test_lines_stay_sharp_however_far_they_are_enlarged():
    shown = rendered(reader(), in_memory(svg(RED_SQUARE)), Box(95, 60, 10, 10), Extent(1000, 1000))
    assert [shown.getpixel((x, 200)) for x in (495, 505)] == [NOTHING, RED]


def test_the_resolution_makes_it_larger():
    found = in_memory(svg(RED_SQUARE))
    assert reader(dpi=192).facts(found).extent == Extent(600, 400)
    assert rendered(reader(dpi=192), found).getpixel((202, 102)) == RED


def test_the_view_decides_what_is_seen():
    found = in_memory(svg(RED_SQUARE, 'width="50" height="50" viewBox="100 50 50 50"'))
    assert rendered(reader(), found).getextrema() == ((255, 255), (0, 0), (0, 0), (255, 255))


def test_tiles_of_a_smaller_size_fit_together():
    found = in_memory(svg(RED_SQUARE + '<circle cx="128" cy="100" r="77" stroke="blue" fill="none"/>'))
    whole = rendered(reader(), found, size=Extent(150, 100))
    together = Image.new("RGBA", whole.size)
    together.paste(rendered(reader(), found, Box(0, 0, 128, 200), Extent(64, 100)), (0, 0))
    together.paste(rendered(reader(), found, Box(128, 0, 172, 200), Extent(86, 100)), (64, 0))
    assert likeness(together, whole) > 45


def test_there_is_one_page():
    with pytest.raises(BadRequest):
        reader().facts(in_memory(svg("")), 2)


def test_a_file_is_made_safe_once(monkeypatch):
    calls, read = [], svg_backend.read_svg
    monkeypatch.setattr(svg_backend, "read_svg", lambda content: calls.append(1) or read(content))
    found, processor = in_memory(svg(RED_SQUARE)), reader()
    rendered(processor, found)
    rendered(processor, found, Box(0, 0, 10, 10))
    assert calls == [1]


# --- Hostile files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["/picture.png", "picture.png", "file://{}/picture.png"])
def test_pictures_of_this_machine_are_not_drawn(tmp_path: Path, name: str):
    (tmp_path / "picture.png").write_bytes(encoded(Image.new("RGB", (300, 200), "red")))
    place = name.format(tmp_path) if "{}" in name else f"{tmp_path}{name}" if name.startswith("/") else name
    shown = rendered(reader(), in_memory(svg(f'<image href="{place}" width="300" height="200"/>')))
    assert shown.getextrema()[3] == (0, 0)


def doubled(levels: int) -> str:
    """A drawing that uses itself ten times, level by level."""
    groups = (f'<g id="g{n + 1}">{f"""<use href="#g{n}"/>""" * 10}</g>' for n in range(levels))
    return f'<g id="g0"><rect width="9" height="9"/></g>{"".join(groups)}'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(doubled(9), id="uses-that-multiply"),
        pytest.param('<g id="a"><use href="#a"/></g>', id="a-use-of-itself"),
        pytest.param(
            '<pattern id="p" width="1e-9" height="1e-9"><rect width="1" height="1"/></pattern>'
            '<rect fill="url(#p)" width="300" height="200"/>',
            id="a-tiny-pattern",
        ),
        pytest.param('<path d="M0 0L1e9 1e9" stroke="red" stroke-dasharray="0.001"/>', id="endless-dashes"),
        pytest.param(
            '<image href="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" width="9" height="9"/>',
            id="a-picture-cut-off",
        ),
        pytest.param(
            '<filter id="f" x="-1000" y="-1000" width="100000" height="100000"><feGaussianBlur stdDeviation="1000000"/>'
            '</filter><rect filter="url(#f)" width="100" height="100"/>',
            id="a-giant-blur",
        ),
    ],
)
def test_drawings_that_ask_for_too_much_do_no_harm(content: str):
    begin = time.monotonic()
    with contextlib.suppress(Unreadable):
        assert rendered(reader(limit_seconds=5), in_memory(svg(content))).size == (300, 200)
    assert time.monotonic() - begin < 30


def test_a_drawing_that_takes_too_long_is_given_up():
    noise = '<filter id="f"><feTurbulence baseFrequency="0.1" numOctaves="1000000"/></filter>'
    content = svg(noise + '<rect filter="url(#f)" width="300" height="200"/>')
    with pytest.raises(Unreadable):
        rendered(reader(limit_seconds=1), in_memory(content))


def test_a_process_that_dies_is_an_error_of_this_file_alone(monkeypatch, tmp_path: Path):
    dying = tmp_path / "dying.py"
    dying.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(svg_backend.svg_drawing, "__file__", str(dying))
    with pytest.raises(Unreadable):
        rendered(reader(), in_memory(svg(RED_SQUARE)))


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(ImageTooLarge):
        reader(largest_megabytes=1).facts(in_memory(svg("<!--" + "x" * 1024 * 1024 + "-->")))


def test_more_than_may_be_decoded_is_refused(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 10_000}
    with pytest.raises(ImageTooLarge):
        rendered(reader(), in_memory(svg(RED_SQUARE)))


def test_an_absurd_size_is_refused():
    with pytest.raises(ImageTooLarge):
        reader().facts(in_memory(svg("", 'width="1e12" height="5"')))


def test_who_waits_too_long_for_a_turn_is_told_to_come_again():
    lane = svg_backend._processes
    with lane, lane, pytest.raises(Overloaded):
        rendered(reader(limit_seconds=1), in_memory(svg(RED_SQUARE)))


def test_the_program_is_python_whatever_the_server_calls_itself(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/bin/uwsgi")
    assert Path(python_program()).exists()
    assert Path(python_program()).name == "python3"
