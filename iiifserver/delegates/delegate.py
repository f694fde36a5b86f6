"""The class that a site derives its delegate from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, Literal, TypedDict

from .context import Context


class Answer(TypedDict, total=False):
    """What to do with a visitor, where neither yes nor no is enough."""

    status_code: int
    """200 to 299: go on. 3xx: to `location`, or to the scale. 401: with `challenge`. 400 to 599: that."""
    location: str
    challenge: str
    """The value of WWW-Authenticate."""
    scale_numerator: int
    scale_denominator: int
    cache_control: str
    """With 200 to 299: the header Cache-Control of the answer, such as `public, max-age=3600`. It goes before the
    settings, and `public` has proxies give the answer to everybody, whoever you would let in.
    """


Permission = bool | Answer


class HttpResource(TypedDict, total=False):
    """An image on a web server; `uri` must be there."""

    uri: str
    username: str
    secret: str
    headers: Mapping[str, str]


class StoredObject(TypedDict, total=False):
    """An object in a store; `key` must be there."""

    key: str
    bucket: str
    container: str
    region: str
    endpoint: str
    access_key_id: str
    secret_access_key: str
    session_token: str


class Rectangle(TypedDict):
    """A part of the full image, in its pixels."""

    x: int
    y: int
    width: int
    height: int


Position = Literal[
    "top left", "top center", "top right", "left center", "center", "right center",
    "bottom left", "bottom center", "bottom right", "repeat", "free", "scaled",
]  # fmt: skip


class PlacedOverlay(TypedDict, total=False):
    """Where something lies on the image. What is not said is as in a new row of the admin."""

    position: Position
    left_percent: float
    """With the position `free`: where its left edge is, of the width."""
    top_percent: float
    inset: int
    """Pixels between it and the edges."""
    anchor: Literal["output", "image"]
    """What it lies on: each answer, or the image, with which it is zoomed and cut into tiles."""
    spacing: int
    """Pixels between its repetitions."""
    angle: int
    opacity_percent: int


class TextOverlay(PlacedOverlay, total=False):
    """A text that is drawn on the image; `string` must be there."""

    string: str
    """At most 1000 characters, as they stand: braces in it stand for nothing."""
    color: str
    font: str
    """As the admin lists it, such as `DejaVu Sans Bold`; empty for the one that is built in."""
    font_size: int
    font_min_size: int
    font_weight: float
    """1 for regular and 2 for bold, or from 100 to 1000 as CSS counts; the nearest face of the family is taken."""
    word_wrap: bool
    glyph_spacing: float
    """As a share of the size."""
    background_color: str
    padding: int
    stroke_color: str
    stroke_width: float


class PictureOverlay(PlacedOverlay, total=False):
    """A picture that is drawn on the image; `image` must be there."""

    image: str
    """The whole path of a PNG, a JPEG, a WebP or an SVG file, or an address that the settings let this server ask."""
    width_percent: int
    """Of the output's width."""


class MetaParts(TypedDict, total=False):
    """The parts of a meta-identifier; `identifier` must be there, the others where it says them."""

    identifier: str
    page_number: int
    """From 1."""
    scale_constraint: tuple[int, int]


class Delegate:
    """What a site decides for itself, request by request.

    Derive from it and write the methods that you need: those that you do not write are never called. There is one
    instance for each request; `self.context` is what is known of it when a method is called. Methods may be called
    in threads of the server's own, several requests at once.
    """

    depends_on_visitor: ClassVar[bool] = True
    """Whether it matters who asks. While it does, answers are for the visitor's own cache alone, and the signed-in
    account is looked up.
    """

    requires_overlay: ClassVar[bool] = False
    """Whether an image is refused when `overlay` fails, or what it returns cannot be drawn; else it is shown without,
    and the log says so.
    """

    context: Context

    def __init__(self) -> None:
        """Takes nothing; `context` is set right after."""

    def pre_authorize(self) -> Permission:
        """Whether the visitor may see the image; asked before any source or cache is, of images and of info.json."""
        return True

    def authorize(self) -> Permission:
        """Whether the visitor may have just this answer; asked of images, when their size is known."""
        return True

    def deserialize_meta_identifier(self, meta_identifier: str) -> MetaParts:
        """The parts of a meta-identifier in a grammar of the site's own; `context` knows no identifier yet."""
        raise NotImplementedError

    def serialize_meta_identifier(self, parts: MetaParts) -> str:
        """The meta-identifier of these parts, which is to mean the same when it is read again. Asked where an address
        of another page or scale is needed; without it there are none.
        """
        raise NotImplementedError

    def source(self) -> str | None:
        """The name of the source that has the image; `None`: the sources are asked in their order."""
        return None

    def filesystemsource_pathname(self) -> str | None:
        """The whole path of the file, or its path below the source's folder; `None`: there is none."""
        return None

    def httpsource_resource_info(self) -> str | HttpResource | None:
        """The address of the image, or the same with what the web server wants; `None`: there is none."""
        return None

    def s3source_object_info(self) -> str | StoredObject | None:
        """The key of the object, or the same with bucket and credentials; `None`: there is none."""
        return None

    def azurestoragesource_blob_key(self) -> str | StoredObject | None:
        """The name of the blob, the same with its container, or an address with a signature; `None`: there is none."""
        return None

    def gcssource_object_info(self) -> str | StoredObject | None:
        """The name of the object, or the same with its bucket; `None`: there is none."""
        return None

    def storagesource_name(self) -> str | None:
        """The name in the storage; `None`: there is none."""
        return None

    def databasesource_key(self) -> str | None:
        """What stands in the key's column, or is given to the statement; `None`: there is none."""
        return None

    def othersource_place(self) -> str | Mapping[str, str] | None:
        """For kinds that plug-ins bring: the name, or the same as `name` with details; `None`: there is none."""
        return None

    def extra_iiif2_information_response_keys(self) -> Mapping[str, Any]:
        """What is added to an info.json of version 2."""
        return {}

    def extra_iiif3_information_response_keys(self) -> Mapping[str, Any]:
        """What is added to an info.json of version 3."""
        return {}

    def overlay(self) -> TextOverlay | PictureOverlay | None:
        """What is drawn on this answer, on top of what the rows draw; `None`: nothing more."""
        return None

    def redactions(self) -> Sequence[Rectangle]:
        """What is covered, in pixels of the full image."""
        return ()

    def metadata(self) -> str | None:
        """The XMP that the answer carries in place of the one that the settings would write; `None`: that one.

        Asked of answers that show the whole image, in formats that have a place for it.
        """
        return None


LOOKUPS = {
    "azure": "azurestoragesource_blob_key",
    "database": "databasesource_key",
    "filesystem": "filesystemsource_pathname",
    "gcs": "gcssource_object_info",
    "http": "httpsource_resource_info",
    "s3": "s3source_object_info",
    "storage": "storagesource_name",
}
"""From a kind of source to the method that is its lookup."""

OTHER_LOOKUP = "othersource_place"

ALIKE = 0.85
"""From which share of equal letters on one name is taken for a slip of the pen for another."""


def overridden(delegate_class: type[Delegate], method: str) -> bool:
    """Whether the site wrote this method itself."""
    return getattr(delegate_class, method) is not getattr(Delegate, method)


def misspelled(delegate_class: type[Delegate]) -> dict[str, str]:
    """The names of the site's own that look like one that is asked, which it has not written, and that one."""
    known = [name for name in vars(Delegate) if not name.startswith("_") and not overridden(delegate_class, name)]
    own = (name for name in dir(delegate_class) if not (name.startswith("_") or hasattr(Delegate, name)))
    alike = {name: get_close_matches(name.lower(), known, n=1, cutoff=ALIKE) for name in own}
    return {name: matches[0] for name, matches in alike.items() if matches}


def uncalled(delegate_class: type[Delegate]) -> list[str]:
    """The methods that the site wrote and that nothing calls, since what would call them is missing."""
    reads = overridden(delegate_class, "deserialize_meta_identifier")
    writes = overridden(delegate_class, "serialize_meta_identifier")
    return ["serialize_meta_identifier"] if writes and not reads else []
