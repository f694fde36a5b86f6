"""From what a delegate returns to what it means. Pure: a return of another form than promised is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from http import HTTPStatus
from typing import Any

from iiifserver.iiif.errors import Elsewhere, Forbidden, ReducedOnly, Refused, SignInNeeded
from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.values import FULL_SCALE, Box, Identifier

PLACE_NAMES = ("key", "uri", "name")
"""Under which of its keys a place has its name."""

DIRECTIVE = re.compile(
    r"public|private|no-cache|no-store|no-transform|must-revalidate|proxy-revalidate|must-understand|immutable"
    r"|(?:max-age|s-maxage|stale-while-revalidate|stale-if-error)=[0-9]{1,10}"
)

LONGEST_XMP = 60_000
"""In characters: more does not fit into a JPEG."""


class InvalidAnswer(TypeError):
    """A delegate returned what its method does not promise. The message is a sentence for the site's developer."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a delegate says that an image is."""

    name: str
    details: Mapping[str, str] = field(default_factory=dict, repr=False)


def enforce(answer: object) -> str | None:
    """Where the answer lets the visitor in, the header Cache-Control that it names, or `None`; raises the error of the
    tree that it means otherwise.

    Raises `InvalidAnswer` for what is no answer.
    """
    if answer is True:
        return None
    if answer is False:
        raise Forbidden("You may not see this image.")
    if not isinstance(answer, Mapping) or not is_status(answer.get("status_code")):
        raise InvalidAnswer("Return True, False, or a dictionary with a status_code.")
    enforce_status(HTTPStatus(answer["status_code"]), answer)
    return cache_control_of(answer["cache_control"]) if "cache_control" in answer else None


def enforce_status(status: HTTPStatus, answer: Mapping[str, Any]) -> None:
    leads = "location" in answer or "scale_numerator" in answer or "scale_denominator" in answer
    if leads != (300 <= status < 400) or ("challenge" in answer) != (status == HTTPStatus.UNAUTHORIZED):
        raise InvalidAnswer("A location or a scale goes with a status of 3xx, and a challenge with 401.")
    if "cache_control" in answer and status >= 300:
        raise InvalidAnswer("A cache_control goes with a status of 200 to 299: other answers are never kept.")
    if status < 300:
        return
    if status < 400:
        raise redirection(status, answer)
    if status == HTTPStatus.UNAUTHORIZED:
        raise SignInNeeded("Sign in to see this image.", challenge=header_value(answer["challenge"]))
    raise Refused("This image is not given out.", status=status)


def cache_control_of(value: object) -> str:
    """The value of the header, of directives that an answer can have (RFC 9111, 5.2.2; RFC 5861)."""
    directives = [text.strip() for text in header_value(value).split(",")]
    if not all(DIRECTIVE.fullmatch(directive) for directive in directives) or {"public", "private"} <= {*directives}:
        raise InvalidAnswer("A cache_control is a text such as “private, max-age=600”.")
    return ", ".join(directives)


def redirection(status: HTTPStatus, answer: Mapping[str, Any]) -> Elsewhere | ReducedOnly:
    if "location" in answer:
        return Elsewhere("This image is at another address.", status=status, location=header_value(answer["location"]))
    numbers = (answer.get("scale_numerator"), answer.get("scale_denominator"))
    numerator, denominator = (number for number in numbers)
    if not (is_count(numerator) and is_count(denominator)) or numerator > denominator:  # type: ignore[operator]
        raise InvalidAnswer("A scale has a numerator and a denominator, whole numbers, the first not above the second.")
    return ReducedOnly("This image is given out smaller.", status=status, scale=Fraction(numerator, denominator))  # type: ignore[arg-type]


def is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 200 and value in list(HTTPStatus)


def is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def header_value(value: object) -> str:
    """A text that can stand in a header."""
    if not isinstance(value, str) or not value or any(letter in value for letter in "\r\n\0"):
        raise InvalidAnswer("A location, a challenge and a cache_control are texts of one line.")
    return value


def location_of(answer: object) -> Location | None:
    """Where an image is, from a text or a dictionary; `None` for `None`."""
    if answer is None:
        return None
    if isinstance(answer, str):
        return Location(answer)
    if not isinstance(answer, Mapping):
        raise InvalidAnswer("Return a text, a dictionary or None.")
    name_key = next((key for key in PLACE_NAMES if isinstance(answer.get(key), str)), None)
    if name_key is None:
        raise InvalidAnswer(f"The dictionary has none of {', '.join(PLACE_NAMES)}.")
    details = {str(key): detail_text(value) for key, value in answer.items() if key != name_key and value is not None}
    return Location(answer[name_key], details)


def address_of(answer: object) -> Location | None:
    """Where an image is on the web: one with a scheme in front is the whole address."""
    location = location_of(answer)
    if location is None or "://" not in location.name:
        return location
    return Location(location.name, {**location.details, "url": location.name})


def path_of(answer: object) -> Location | None:
    """Where a file is: one with a slash in front is the whole path."""
    location = location_of(answer)
    if location is None or not location.name.startswith("/"):
        return location
    return Location(location.name, {**location.details, "path": location.name})


def detail_text(value: object) -> str:
    """A detail as text: headers as one JSON object."""
    if isinstance(value, Mapping):
        return json.dumps({header_value(name): header_value(text) for name, text in value.items()})
    if isinstance(value, (str, int)):
        return str(value)
    raise InvalidAnswer("The details of a place are texts, numbers, or headers by name.")


def source_name_of(answer: object) -> str | None:
    if answer is None or isinstance(answer, str):
        return answer
    raise InvalidAnswer("Return the name of a source, or None.")


def extra_keys_of(answer: object) -> dict[str, Any]:
    """What is added to an info.json, which can be written as JSON."""
    if not (isinstance(answer, Mapping) and all(isinstance(key, str) for key in answer)):
        raise InvalidAnswer("Return a dictionary with texts as keys.")
    keys = dict(answer)
    try:
        json.dumps(keys, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidAnswer(f"It cannot be written as JSON: {error}. Write dates and other objects as text.") from error
    return keys


def redactions_of(answer: object) -> tuple[Box, ...]:
    """The rectangles that are to be covered."""
    if not isinstance(answer, (list, tuple)):
        raise InvalidAnswer("Return a list of rectangles.")
    return tuple(box_of(rectangle) for rectangle in answer)


def box_of(rectangle: object) -> Box:
    numbers = [rectangle.get(name) for name in ("x", "y", "width", "height")] if isinstance(rectangle, Mapping) else []
    whole = [number for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
    if len(whole) != 4:
        raise InvalidAnswer("A rectangle has x, y, width and height, whole numbers.")
    return Box(*whole)


def overlay_of(answer: object) -> dict[str, Any] | None:
    """What is to be drawn, by the keys of its kind; `None` for nothing."""
    if answer is None or (isinstance(answer, Mapping) and all(isinstance(key, str) for key in answer)):
        return answer if answer is None else dict(answer)
    raise InvalidAnswer("Return a dictionary with a string or an image, or None.")


def xmp_of(answer: object) -> str | None:
    if answer is None:
        return None
    if not isinstance(answer, str) or len(answer) > LONGEST_XMP:
        raise InvalidAnswer(f"Return XMP as a text of at most {LONGEST_XMP} characters, or None.")
    return answer


def meta_identifier_of(answer: object) -> MetaIdentifier:
    """What the parts of a meta-identifier say."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("identifier"), str) or not answer["identifier"]:
        raise InvalidAnswer("Return a dictionary with an identifier.")
    page, scale = answer.get("page_number"), answer.get("scale_constraint")
    if page is not None and not is_count(page):
        raise InvalidAnswer("A page number is a whole number from 1.")
    return MetaIdentifier(Identifier(answer["identifier"]), page, FULL_SCALE if scale is None else scale_of(scale))


def scale_of(numbers: object) -> Fraction:
    is_pair = isinstance(numbers, tuple | list) and len(numbers) == 2 and all(map(is_count, numbers))
    if not is_pair or numbers[0] > numbers[1]:  # type: ignore[index]
        raise InvalidAnswer("A scale constraint is two whole numbers from 1, the first not above the second.")
    return Fraction(*numbers)  # type: ignore[misc]


def meta_text_of(answer: object) -> str:
    if isinstance(answer, str) and answer:
        return answer
    raise InvalidAnswer("Return the meta-identifier as a text.")
