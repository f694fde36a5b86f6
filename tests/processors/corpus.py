"""Serves every file of a folder through every processor that is here, and prints a line for each that went wrong.

Run as a program of its own, so that a decoder that brings the process down is seen: the last line names its file.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

SKIPPED_SUFFIXES = frozenset({".md", ".py", ".txt", ".ttf", ".icc"})
STARTS, FAILS, DONE = "starts", "fails", "done"


def main(folder: Path, home: Path) -> None:
    import django

    os.environ.update(IIIFSERVER_HOME=str(home), DJANGO_SETTINGS_MODULE="iiifserver.settings")
    django.setup()
    served = sum(serve(path) for path in files_in(folder))
    tell(DONE, served)


def tell(*words: object) -> None:
    """A line that is out before the next file is opened."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in SKIPPED_SUFFIXES:
            yield path


def serve(path: Path) -> int:
    """How many processors made pictures of the file."""
    from iiifserver.iiif.errors import IIIFError
    from iiifserver.iiif.found import Found
    from processors.detection import detect
    from processors.registry import processors

    found, served = Found(open=lambda: path.open("rb"), version=str(path)), 0
    try:
        name = detect(found)
    except IIIFError:
        return 0
    for kind in processors:
        backend = processors.get(kind)
        if not backend.reads(name):
            continue
        tell(STARTS, kind, path.name)
        try:
            served += make_pictures(backend.build({}), found)
        except IIIFError:
            continue
        except Exception:  # noqa: BLE001
            tell(FAILS, kind, path.name, traceback.format_exc().replace("\n", " | "))
    return served


def make_pictures(processor: object, found: object) -> int:
    """A thumbnail, a corner, and a turned gray one."""
    from fractions import Fraction

    from iiifserver.iiif.formats import Format
    from iiifserver.iiif.values import Box, Extent, Quality, Rotation
    from iiifserver.testing import plan_for
    from processors.encoders import EncoderSettings, encode
    from processors.operations import picture
    from processors.output import Output

    facts = processor.facts(found)  # type: ignore[attr-defined]
    if facts is None:
        return 0
    extent = facts.extent
    corner = Box(extent.width // 2, extent.height // 2, -(-extent.width // 2), -(-extent.height // 2))
    small = Extent(min(extent.width, 64), min(extent.height, 48))
    plans = (
        plan_for(facts, size=small, format=Format.JPG),
        plan_for(facts, corner, small, format=Format.PNG),
        plan_for(facts, size=small, format=Format.WEBP, rotation=Rotation(Fraction(45)), quality=Quality.GRAY),
    )
    for plan in plans:
        raster = processor.read(found, facts, plan)  # type: ignore[attr-defined]
        encode(picture(raster, plan, facts.orientation, Output()), plan.format, EncoderSettings())
    return 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
