"""Uploaded SVGs: looked through for scripts and for what is outside of them, and drawn once, in a process apart."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from xml.etree.ElementTree import Element, ParseError, XMLParser

LONGER_EDGE = 1200
"""In pixels: what an SVG is drawn at."""
MOST_BYTES = 1024 * 1024
SECONDS = 10
MEGABYTES = 1024
START = re.compile(rb"^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<([A-Za-z0-9]+:)?svg[\s>]", re.DOTALL)
INSIDE = re.compile(r"#[^\s]+|data:image/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/=\s]*")
ADDRESS = re.compile(r"""url\(\s*["']?([^"')]*)""", re.IGNORECASE)
FORBIDDEN = frozenset({"script", "foreignobject", "iframe", "audio", "video", "handler"})
LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px|pt|mm|cm|in)?\s*")

HAS_SCRIPT = "This SVG holds a script or a page inside it: save it as plain SVG, and upload that."
LOOKS_OUTSIDE = "This SVG needs something from outside of it: embed it when you save it, and upload that."
DAMAGED = "This SVG is damaged or has no size: save it anew with a drawing program, and upload that."
TOO_LARGE = f"This SVG is too large: choose one of at most {MOST_BYTES // 1024} kB."
TOO_SLOW = "This SVG takes too long to draw: make it simpler, or upload a PNG of it."
MISSING = "This server cannot draw SVGs: install resvg-py (pip install resvg-py), or upload a PNG."

PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]), int(sys.argv[3])))
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[4]), int(sys.argv[4])))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.path.insert(0, sys.argv[5])
from resvg_py import svg_to_bytes
svg = sys.stdin.buffer.read().decode()
sys.stdout.buffer.write(svg_to_bytes(svg_string=svg, width=int(sys.argv[1]), height=int(sys.argv[2])))
"""


class VectorError(ValueError):
    """An SVG cannot be used. The message is a sentence for staff."""


class PlainParser(XMLParser):
    """Knows no entities: they can make much of little, or reach outside."""

    def doctype(self, name: str, public: str, system: str) -> None:
        raise VectorError(LOOKS_OUTSIDE)


def is_svg(content: bytes) -> bool:
    return START.match(content[:4096]) is not None


def drawn(content: bytes) -> bytes:
    """The SVG as a PNG; raises `VectorError`."""
    if len(content) > MOST_BYTES:
        raise VectorError(TOO_LARGE)
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise VectorError(LOOKS_OUTSIDE)
    root = parsed(content)
    for problem in problems_of(root):
        raise VectorError(problem)
    return drawn_apart(content, *size_of(root))


def parsed(content: bytes) -> Element:
    parser = PlainParser()
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (ParseError, ValueError) as error:
        raise error if isinstance(error, VectorError) else VectorError(DAMAGED) from error
    return root


def problems_of(root: Element) -> Iterator[str]:
    """What must not be in it."""
    for element in root.iter():
        if local(element.tag) in FORBIDDEN:
            yield HAS_SCRIPT
        if local(element.tag) == "style" and looks_outside(element.text or ""):
            yield LOOKS_OUTSIDE
        for name, value in element.attrib.items():
            yield from problems_of_attribute(local(name), value)


def problems_of_attribute(name: str, value: str) -> Iterator[str]:
    if name.startswith("on") or "javascript:" in value.lower():
        yield HAS_SCRIPT
    if name in {"href", "src"} and not INSIDE.fullmatch(value.strip()):
        yield LOOKS_OUTSIDE
    if looks_outside(value):
        yield LOOKS_OUTSIDE


def looks_outside(style: str) -> bool:
    return "@import" in style.lower() or any(not INSIDE.fullmatch(found.strip()) for found in ADDRESS.findall(style))


def local(name: object) -> str:
    return str(name).rsplit("}", 1)[-1].lower()


def size_of(root: Element) -> tuple[int, int]:
    """Width and height to draw it at, in its own proportions."""
    lengths = [LENGTH.fullmatch(root.get(edge, "")) for edge in ("width", "height")]
    box = (root.get("viewBox") or "").replace(",", " ").split()
    try:
        edges = [float(found[1]) for found in lengths if found] if all(lengths) else [float(edge) for edge in box[2:4]]
        width, height = edges
        scale = LONGER_EDGE / max(width, height)
    except (ValueError, ZeroDivisionError) as error:
        raise VectorError(DAMAGED) from error
    return max(1, round(width * scale)), max(1, round(height * scale))


def drawn_apart(content: bytes, width: int, height: int) -> bytes:
    """Drawn by a process that may hang, grow or crash without any harm."""
    found = find_spec("resvg_py")
    if found is None or found.origin is None:
        raise VectorError(MISSING)
    folder = str(found.origin).rsplit("/", 2)[0]
    numbers = [str(number) for number in (width, height, MEGABYTES * 1024**2, SECONDS)]
    command = [sys.executable, "-I", "-c", PROGRAM, *numbers, folder]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise VectorError(TOO_SLOW) from error
    if done.returncode or not done.stdout:
        raise VectorError(DAMAGED)
    return done.stdout
