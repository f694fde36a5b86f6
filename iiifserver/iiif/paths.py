"""From the raw request path to the strings in it: split first, then decode each segment exactly once.

Only positions count here. What the strings mean is decided in `parsing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, unquote_to_bytes

from .errors import BadRequest, NotFound, UriTooLong
from .values import ApiVersion, Identifier

MAX_PATH_LENGTH = 8192
MAX_VERSION_1_URI_LENGTH = 1024

BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Lone surrogates stand for bytes that were no UTF-8; they can be neither stored nor written out again.
FORBIDDEN_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# RFC 3986, 3.3: what may stand in one segment of a path.
LEGAL_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+")
# Legal too are & ' ; but they get in the way where addresses are quoted, in HTML and in Link headers.
HARMLESS_IN_SEGMENT = "!$()*+,=:@"

MISSING_FORMAT = "The address ends without a format: write {quality}.{format}, for example default.jpg."
WRONG_SEGMENTS = (
    "The address does not have the parts of a IIIF request: write {identifier}/info.json or "
    "{identifier}/{region}/{size}/{rotation}/{quality}.{format}, with each slash inside the identifier as %2F."
)


@dataclass(frozen=True, slots=True)
class BaseUriPath:
    """`{identifier}`: the address of the image itself, which leads to its info.json."""

    raw_identifier: str
    """The identifier as it goes into an address: the way it was sent if that is legal, else encoded anew."""
    identifier: Identifier


@dataclass(frozen=True, slots=True)
class InfoPath:
    """`{identifier}/info.json`."""

    raw_identifier: str
    identifier: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePath:
    """`{identifier}/{region}/{size}/{rotation}/{quality}.{format}`, each part decoded but not yet understood."""

    raw_identifier: str
    identifier: Identifier
    region: str
    size: str
    rotation: str
    quality: str
    extension: str | None
    """`None` where there is none, as only version 1 allows."""


@dataclass(frozen=True, slots=True)
class MalformedPath:
    """None of the three: a bad request if the image exists, else nothing is at this address."""

    identifier: Identifier
    """What would be the identifier."""
    sentence: str


RawRequest = BaseUriPath | InfoPath | ImagePath | MalformedPath


def parse_path(raw: str, *, needs_format: bool = True) -> RawRequest:
    """Read what follows `/iiif/{version}/` in the path as it was sent, without the query (Image API 3.0, 2 and 9).

    Raises `BadRequest` for text that no address may have, and its child `UriTooLong`.
    """
    _check_length(raw)
    if not raw.isascii():
        raise BadRequest("Percent-encode the characters of the address that are not ASCII, as UTF-8.")
    raw_identifier, *raw_parameters = raw.split("/")
    identifier = _identifier(_decode(raw_identifier))
    parameters = [_decode(parameter) for parameter in raw_parameters]
    return _by_position(legal_segment(raw_identifier), identifier, parameters, needs_format)


def parse_decoded_path(decoded: str, *, needs_format: bool = True) -> RawRequest:
    """Read a path that the web server has decoded already: from the right, so that slashes stay in the identifier.

    An identifier that itself looks like the end of an image request cannot be told from one.
    """
    _check_length(decoded)
    _check_characters(decoded)
    segments = decoded.split("/")
    split_at = len(segments) - _parameters_at_the_end(segments)
    identifier = _identifier("/".join(segments[:split_at]))
    return _by_position(encode_identifier(identifier.value), identifier, segments[split_at:], needs_format)


@dataclass(frozen=True, slots=True)
class ManifestPath:
    """`{identifier}/manifest`."""

    raw_identifier: str
    identifier: Identifier


@dataclass(frozen=True, slots=True)
class CollectionPath:
    """`{folder}/collection`, or `{folder}/collection/{after}` for what follows a name in it."""

    folder: str
    """Without a slash at its ends; empty for what is in no folder."""
    after: str = ""


MANIFEST, COLLECTION = "manifest", "collection"
WRONG_PRESENTATION = "There is nothing at this address: write {identifier}/manifest or {folder}/collection."


def parse_presentation_path(raw: str) -> ManifestPath | CollectionPath:
    """Read what follows `/iiif/presentation/3/` in the path as it was sent, without the query.

    Raises `NotFound` for what is neither, and `BadRequest` for text that no address may have.
    """
    _check_length(raw)
    if not raw.isascii():
        raise BadRequest("Percent-encode the characters of the address that are not ASCII, as UTF-8.")
    raw_name, *rest = raw.split("/")
    return _presentation_by_position(legal_segment(raw_name), [_decode(part) for part in (raw_name, *rest)])


def parse_decoded_presentation_path(decoded: str) -> ManifestPath | CollectionPath:
    """Read a path that the web server has decoded already: from the right, so that slashes stay in the identifier."""
    _check_length(decoded)
    _check_characters(decoded)
    segments = decoded.split("/")
    kept = 2 if len(segments) > 1 and segments[-2] == COLLECTION and segments[-1] != MANIFEST else 1
    name = "/".join(segments[:-kept])
    parts = [name, *segments[-kept:]] if name else segments[-kept:]
    return _presentation_by_position(encode_identifier(name), parts)


def _presentation_by_position(raw_name: str, parts: list[str]) -> ManifestPath | CollectionPath:
    match parts:
        case [name, last] if name and last == MANIFEST:
            return ManifestPath(raw_name, Identifier(name))
        case [last] if last == COLLECTION:
            return CollectionPath("")
        case [first, after] if first == COLLECTION and after and after != COLLECTION:
            return CollectionPath("", after)
        case [folder, last] if folder and last == COLLECTION:
            return CollectionPath(folder)
        case [folder, middle, after] if folder and middle == COLLECTION and after:
            return CollectionPath(folder, after)
    raise NotFound(WRONG_PRESENTATION)


def encoded_parameters(path: ImagePath) -> str:
    """The parameters of an image request, as they stand in an address."""
    last = path.quality if path.extension is None else f"{path.quality}.{path.extension}"
    return "/".join(encode_identifier(text) for text in (path.region, path.size, path.rotation, last))


def legal_segment(raw: str) -> str:
    """The text as it is if it can stand in an address as one segment, else encoded anew."""
    return raw if LEGAL_SEGMENT.fullmatch(raw) else encode_identifier(unquote(raw))


def encode_identifier(identifier: str) -> str:
    """The identifier as one segment of a path: the one spelling that this server chooses itself."""
    return quote(identifier, safe=HARMLESS_IN_SEGMENT)


def _by_position(raw_identifier: str, identifier: Identifier, parameters: list[str], needs_format: bool) -> RawRequest:
    match parameters:
        case [] | [""]:
            return BaseUriPath(raw_identifier, identifier)
        case ["info.json"]:
            return InfoPath(raw_identifier, identifier)
        case [region, size, rotation, last] if "." in last or not needs_format:
            quality, extension = last.rsplit(".", 1) if "." in last else (last, None)
            return ImagePath(
                raw_identifier=raw_identifier,
                identifier=identifier,
                region=region,
                size=size,
                rotation=rotation,
                quality=quality,
                extension=extension,
            )
        case [_, _, _, _]:
            return MalformedPath(identifier, MISSING_FORMAT)
        case _:
            return MalformedPath(identifier, WRONG_SEGMENTS)


# What the four segments of an image request look like, from the left.
IMAGE_SEGMENTS = (
    re.compile(r"full|square|(?:pct:)?[^,]*(?:,[^,]*){3}"),
    re.compile(r"\^?(?:full|max|pct:.*|!?[0-9]*,[0-9]*)"),
    re.compile(r"!?[0-9.]+"),
    re.compile(r"(?:default|native|color|gray|grey|bitonal)(?:\..*)?"),
)


def _parameters_at_the_end(segments: list[str]) -> int:
    if len(segments) > 1 and segments[-1] in {"info.json", ""}:
        return 1
    looks = [shape.fullmatch(segment) for shape, segment in zip(IMAGE_SEGMENTS, segments[-4:], strict=False)]
    # Two of four, so that a mistake in one or two of them is still answered as a mistake in an image request.
    return 4 if len(segments) > 4 and sum(map(bool, looks)) >= 2 else 0


def _identifier(decoded: str) -> Identifier:
    if not decoded:
        raise BadRequest("The address names no image: write its identifier after the version of the Image API.")
    return Identifier(decoded)


def _decode(segment: str) -> str:
    if BROKEN_ESCAPE.search(segment):
        raise BadRequest("A percent sign in the address must be followed by two hexadecimal digits: write % as %25.")
    try:
        decoded = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("Percent-encoded characters in the address must be UTF-8.") from error
    _check_characters(decoded)
    return decoded


def check_uri_length(version: ApiVersion, uri: str) -> None:
    """Raises `UriTooLong` for what version 1 does not allow (Image API 1.1, 6)."""
    if version is ApiVersion.V1 and len(uri) > MAX_VERSION_1_URI_LENGTH:
        raise UriTooLong(f"The address is too long: version 1 has at most {MAX_VERSION_1_URI_LENGTH} characters.")


def _check_length(path: str) -> None:
    if len(path) > MAX_PATH_LENGTH:
        raise UriTooLong(f"The address is too long: at most {MAX_PATH_LENGTH} characters are read.")


def _check_characters(decoded: str) -> None:
    if FORBIDDEN_CHARACTER.search(decoded):
        raise BadRequest("Leave control characters out of the address.")
