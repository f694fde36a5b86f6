"""Reads SVGs: draws the region that is asked for, at the size that is asked for, in a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cachetools import LRUCache
from django import forms
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from .. import svg_drawing
from ..base import Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..drawn_levels import extent_in_pixels, level_to_draw
from ..lanes import turn
from ..safe_svg import PIXELS_PER_INCH, SafeSvg, read_svg
from ..windows import box_to_read, window_in, window_within

MEGABYTE = 1024 * 1024

REMEMBERED_CHARACTERS = 16 * MEGABYTE
"""So much of the files that were read last stays in memory, made safe."""

BASE_MEGABYTES = 512
BYTES_PER_PIXEL = 24
"""What drawing takes: the picture, layers of it, and the PNG."""

ADDED_SECONDS = 2
"""What starting a process may take beyond the time limit."""

MOST_PROCESSES = 2

TOO_SLOW = "This drawing takes longer to draw than the server allows."

_processes = threading.BoundedSemaphore(MOST_PROCESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SvgOptions:
    dpi: int = 96
    largest_megabytes: int = 10
    limit_seconds: int = 10

    def __post_init__(self) -> None:
        if min(self.dpi, self.largest_megabytes, self.limit_seconds) < 1:
            raise ValueError("The resolution and the limits are at least 1.")


class SvgForm(forms.Form):
    dpi = forms.IntegerField(
        label="Resolution",
        min_value=10,
        max_value=2400,
        initial=96,
        help_text="In dots per inch: how large a drawing is in pixels. At 96 it is as large as the file says. "
        "Enlargements stay sharp whatever stands here.",
    )
    largest_megabytes = forms.IntegerField(
        label="Largest file",
        min_value=1,
        max_value=200,
        initial=10,
        help_text="In megabytes. Larger SVGs are refused.",
    )
    limit_seconds = forms.IntegerField(
        label="Time limit",
        min_value=1,
        max_value=600,
        initial=10,
        help_text="In seconds. A drawing that takes longer is given up.",
    )


class SvgProcessor(Processor):
    """Drawings as images. The SVG itself is never given out, and nothing outside of it is looked at."""

    label = "SVG"
    used_for = "SVGs: drawn as pictures. Scripts, other files and addresses that they name are left out."
    options_class = SvgOptions
    form_class = SvgForm
    formats = frozenset({"svg"})
    features = frozenset({Feature.REGIONS, Feature.REDUCTIONS})
    libraries = (Library("resvg_py", "pip install resvg-py"),)
    options: SvgOptions

    def __init__(self, options: SvgOptions) -> None:
        super().__init__(options)
        self._read: LRUCache[str, SafeSvg] = LRUCache(REMEMBERED_CHARACTERS, getsizeof=lambda svg: len(svg.content))
        self._lock = threading.Lock()

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        check_page(page, 1)
        svg = self.svg(found)
        with damage_is_unreadable():
            extent = extent_in_pixels(svg.width, svg.height, PIXELS_PER_INCH, self.options.dpi)
        return SourceFacts(extent=extent, format_name="svg", has_color=True, has_alpha=True)

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        level = level_to_draw(facts.extent, plan.box, plan.size)
        window = window_in(level, facts.extent, plan.box)
        part = box_to_read(window, plan.size, level)
        if part.extent.area > conf.max_decode_pixels:
            raise ImageTooLarge("This is more of the drawing than the server draws at once. Ask for a smaller size.")
        image = self.drawn(self.svg(found), facts.extent, level, part)
        return Raster(image, window_within(window, part))

    def svg(self, found: Found) -> SafeSvg:
        with self._lock:
            known = self._read.get(found.version)
        if known is not None:
            return known
        with found.open() as file, damage_is_unreadable():
            content = file.read(self.options.largest_megabytes * MEGABYTE + 1)
            if len(content) > self.options.largest_megabytes * MEGABYTE:
                raise ImageTooLarge("This SVG is a larger file than the server draws.")
            svg = read_svg(content)
        with self._lock:
            if len(svg.content) <= REMEMBERED_CHARACTERS:
                self._read[found.version] = svg
        return svg

    def drawn(self, svg: SafeSvg, full: Extent, level: Extent, part: Box) -> Image.Image:
        """A part of the drawing at the resolution of a level."""
        across, down = full.width / level.width, full.height / level.height
        window = (part.x * across, part.y * down, part.right * across, part.bottom * down)
        text = svg.part((full.width, full.height), window, (part.width, part.height))
        content = drawn_by_a_process(text, part.extent, svg.has_text, self.options.limit_seconds)
        with damage_is_unreadable():
            image = PngImageFile(io.BytesIO(content))
            image.load()
            if image.size != (part.width, part.height):
                raise ValueError("The drawing came in another size.")
            return image.convert("RGBA")


def drawn_by_a_process(text: str, size: Extent, has_text: bool, limit_seconds: int) -> bytes:
    """The SVG as a PNG of that size; raises `Unreadable` when the process fails or takes too long."""
    task = {
        "width": size.width,
        "height": size.height,
        "has_text": has_text,
        "seconds": limit_seconds,
        "megabytes": BASE_MEGABYTES + (len(text) * 32 + size.area * BYTES_PER_PIXEL) // MEGABYTE,
    }
    command = [python_program(), "-I", "-S", svg_drawing.__file__, library_folder()]
    sent = json.dumps(task).encode() + b"\n" + text.encode()
    try:
        with turn(_processes, limit_seconds):
            done = subprocess.run(  # noqa: S603 - our own program, and nothing of a stranger's in its arguments
                command, input=sent, capture_output=True, timeout=limit_seconds + ADDED_SECONDS, cwd="/", env={}
            )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TOO_SLOW) from error
    if done.returncode != 0:
        raise Unreadable("This drawing is damaged, or takes more of the machine than the server allows.")
    return done.stdout


def python_program() -> str:
    """The Python that runs this; a server that embeds it names itself instead."""
    if Path(sys.executable).name.startswith("python"):
        return sys.executable
    return os.path.join(sys.exec_prefix, "bin", "python3")


def library_folder() -> str:
    """Where the drawing library is installed."""
    spec = find_spec("resvg_py")
    if spec is None or spec.origin is None:
        raise Unreadable("SVGs cannot be drawn on this server.")
    return str(Path(spec.origin).parent.parent)
