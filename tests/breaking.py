"""A plug-in that breaks: installed into a folder of its own, for a real server that a test may break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iiifserver.testing import drawn, encoded

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''
"""Reads GIFs, and does what their last bytes tell."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass

from django import forms
from PIL import Image

from iiifserver.plugins import Extent, Processor, Raster, SourceFacts


@dataclass(frozen=True)
class NoOptions:
    pass


class Breaking(Processor):
    label = "Breaking"
    used_for = "Tests."
    options_class = NoOptions
    form_class = forms.Form
    formats = frozenset({"gif"})

    def facts(self, found, page=1):
        self.obey(found, b"header")
        return SourceFacts(extent=Extent(64, 64), format_name="gif", has_color=True, has_alpha=False)

    def read(self, found, facts, plan):
        self.obey(found, b"pixels")
        box = plan.box
        return Raster(Image.new("RGB", (box.width, box.height), "red"), (0, 0, box.width, box.height))

    def obey(self, found, when):
        with found.open() as file:
            order = file.read().rpartition(b"\\n")[2].split()
        if len(order) == 3 and order[1] == when:
            with open(order[2], "ab", buffering=0) as told:
                told.write(b"x")
            ORDERS[order[0]](order[2])


def wait_for_company(path):
    """Until somebody has made the file `<path>.go`."""
    deadline = time.monotonic() + 30
    while not os.path.exists(path + b".go") and time.monotonic() < deadline:
        time.sleep(0.01)


ORDERS = {
    # Sent to this very thread: one for the whole process may find another, and this one goes on for a moment.
    b"crash": lambda path: signal.raise_signal(signal.SIGSEGV),
    b"hang": lambda path: ctypes.CDLL(None).sleep(600),
    b"hold": lambda path: ctypes.PyDLL(None).sleep(600),
    b"exit": lambda path: ctypes.CDLL(None).exit(7),
    b"starve": lambda path: signal.raise_signal(signal.SIGKILL),
    b"company": wait_for_company,
    b"work": lambda path: None,
}
'''

METADATA = "Metadata-Version: 2.1\nName: breaking\nVersion: 1.0\n"
ENTRY_POINTS = "[iiifserver.processors]\nbreaking = breaking:Breaking\n"


def install(folder: Path) -> None:
    """Put the plug-in where Python finds it once the folder is in PYTHONPATH."""
    marks = folder / "breaking-1.0.dist-info"
    marks.mkdir(parents=True)
    (folder / "breaking.py").write_text(MODULE)
    (marks / "METADATA").write_text(METADATA)
    (marks / "entry_points.txt").write_text(ENTRY_POINTS)


def obedient_gif(order: str, when: str, told: Path) -> bytes:
    """A GIF on which the plug-in does that; each time that it does, it adds a sign to the file `told`."""
    picture = encoded(drawn(16, 16), "GIF")
    return picture + f"\n{order} {when} {told}".encode()


def times(told: Path) -> int:
    """How often the plug-in has done something."""
    return len(told.read_bytes()) if told.exists() else 0
