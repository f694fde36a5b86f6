"""SVGs of strangers, made safe to draw: nothing of a file is left that reaches outside of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape, quoteattr

SVG_NAMESPACE = "http://www.w3.org/2000/svg"

LEFT_OUT = frozenset({"script", "foreignObject", "iframe", "audio", "video", "canvas", "object", "embed"})
"""Elements that are dropped with all that is in them."""

DROPPED_ATTRIBUTES = frozenset({"x", "y", "width", "height", "viewBox", "overflow"})

EMBEDDED_PICTURE = re.compile(r"\s*data:image/(png|jpe?g|gif|webp)[;,]", re.IGNORECASE)

DEEPEST = 150
MOST_ELEMENTS = 500_000
MOST_GROWTH = 4
"""How many times as long as the file its entities may make it."""

LENGTH = re.compile(
    r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|ex|q|%)?\s*", re.IGNORECASE
)

PIXELS_PER_INCH = 96
UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "q": 96 / 101.6,
    "in": 96.0,
    "em": 16.0,
    "ex": 8.0,
}
"""Pixels for each unit that a length may have (CSS Values 4, 6)."""

SIZE_OF_NOTHING = (300.0, 150.0)
"""What an SVG that says nothing of its size has in browsers."""


@dataclass(frozen=True, slots=True)
class SafeSvg:
    """An SVG that needs nothing but itself."""

    width: float
    height: float
    """In pixels of 96 to the inch, as the file says."""
    root: str
    """Name and attributes of the root element, without its place and its size."""
    content: str
    """What stands between the root's tags, and its end tag."""
    has_text: bool
    """Whether fonts are needed."""
    view: str
    """The root's `viewBox`."""

    def part(self, full: tuple[int, int], window: tuple[float, float, float, float], size: tuple[int, int]) -> str:
        """The SVG that shows a window of the picture, which is `full` pixels large, in a size."""
        # A window shows nothing outside of the picture; cutting that off would take a layer as large as all of it.
        left, top, right, bottom = window
        return (
            f'<svg xmlns="{SVG_NAMESPACE}" width="{size[0]}" height="{size[1]}" preserveAspectRatio="none" '
            f'viewBox="{left!r} {top!r} {right - left!r} {bottom - top!r}">'
            f'<{self.root} width="{full[0]}" height="{full[1]}" viewBox="{self.view}" overflow="visible">'
            f"{self.content}</svg>"
        )


def read_svg(content: bytes) -> SafeSvg:
    """What is safe to draw of the file. Raises `ValueError` for one that is damaged or absurd."""
    cleaner = Cleaner(MOST_GROWTH * len(content) + 100_000)
    parser = ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = cleaner.start
    parser.EndElementHandler = cleaner.end
    parser.CharacterDataHandler = cleaner.text
    try:
        parser.Parse(content, True)
    except ExpatError as error:
        raise ValueError(f"This is not well-formed: {error}") from error
    return cleaner.result()


class Cleaner:
    """Writes an SVG anew while it is parsed, without what reaches outside of it."""

    def __init__(self, most_characters: int) -> None:
        self.most_characters = most_characters
        self.parts: list[str] = []
        self.characters = 0
        self.elements = 0
        self.depth = 0
        self.hidden_from: int | None = None
        """How deep the element is that is being left out."""
        self.root_name = ""
        self.root_attributes: dict[str, str] = {}
        self.has_text = False

    def start(self, name: str, flat_attributes: list[str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise ValueError("This has more elements, or deeper ones, than are drawn.")
        attributes = dict(zip(flat_attributes[::2], flat_attributes[1::2], strict=True))
        if self.depth == 1:
            self.root_name, self.root_attributes = name, attributes
        elif self.hidden_from is None and local(name) in LEFT_OUT:
            self.hidden_from = self.depth
        else:
            self.has_text = self.has_text or local(name) == "text"
            self.write(f"<{name}{written(attributes)}>")

    def end(self, name: str) -> None:
        if self.hidden_from is None:
            self.write(f"</{name}>")
        elif self.hidden_from == self.depth:
            self.hidden_from = None
        self.depth -= 1

    def text(self, content: str) -> None:
        self.write(escape(content))

    def write(self, text: str) -> None:
        if self.hidden_from is not None:
            return
        self.characters += len(text)
        if self.characters > self.most_characters:
            raise ValueError("The entities of this make it too long.")
        self.parts.append(text)

    def result(self) -> SafeSvg:
        if local(self.root_name) != "svg":
            raise ValueError("This is no SVG.")
        view = view_box(self.root_attributes.get("viewBox", ""))
        width, height = natural_size(self.root_attributes, view)
        kept = {name: value for name, value in self.root_attributes.items() if name not in DROPPED_ATTRIBUTES}
        return SafeSvg(
            width=width,
            height=height,
            root=self.root_name + written(kept),
            content="".join(self.parts),
            has_text=self.has_text,
            view=" ".join(map(repr, view or (0.0, 0.0, width, height))),
        )


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def written(attributes: dict[str, str]) -> str:
    """The attributes that stay, as they stand in a tag."""
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if stays(name, value))


def stays(name: str, value: str) -> bool:
    """References to other places in the file stay, and pictures that are in it; scripts and other files do not."""
    if local(name) == "href":
        return value.lstrip().startswith("#") or EMBEDDED_PICTURE.match(value) is not None
    return name != "xml:base" and not name.lower().startswith("on")


def view_box(text: str) -> tuple[float, float, float, float] | None:
    """The four numbers of a `viewBox`; `None` for none that can be used."""
    try:
        numbers = [float(number) for number in text.replace(",", " ").split()]
    except ValueError:
        return None
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or min(numbers[2:]) <= 0:
        return None
    left, top, width, height = numbers
    return left, top, width, height


def natural_size(attributes: dict[str, str], view: tuple[float, float, float, float] | None) -> tuple[float, float]:
    """Width and height in pixels, as browsers have them: an edge that is not said follows from the view's shape."""
    inner_width, inner_height = view[2:] if view else SIZE_OF_NOTHING
    width = in_pixels(attributes.get("width", ""), inner_width)
    height = in_pixels(attributes.get("height", ""), inner_height)
    if width is None and height is None:
        return inner_width, inner_height
    if width is None and height is not None:
        return (height * inner_width / inner_height if view else inner_width), height
    if height is None and width is not None:
        return width, (width * inner_height / inner_width if view else inner_height)
    return width or 0.0, height or 0.0


def in_pixels(text: str, whole: float) -> float | None:
    """A length in pixels; `None` where it is not said. Raises `ValueError` for one that is none."""
    length = LENGTH.fullmatch(text)
    if length is None:
        return None
    number, unit = float(length[1]), (length[2] or "").lower()
    pixels = number * whole / 100 if unit == "%" else number * UNITS[unit]
    if not math.isfinite(pixels) or pixels <= 0:
        raise ValueError("This has no size.")
    return pixels
