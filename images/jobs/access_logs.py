"""Which pictures were asked for, from the access logs of web servers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .manifests import BELOW_SERVICE, PARAMETERS

COMBINED = re.compile(r'"(?P<method>[A-Z]+) (?P<target>\S+) HTTP/[0-9.]+" (?P<status>[0-9]{3})')
REQUEST_LINE = re.compile(r"(?P<method>[A-Z]+) (?P<target>\S+) HTTP/[0-9.]+")
FIELDS = "#Fields:"
ANSWERED = frozenset({"200", "304"})
METHODS = frozenset({"GET", "HEAD"})

METHOD_KEYS = ("method", "request_method", "RequestMethod")
TARGET_KEYS = ("uri", "request_uri", "RequestPath", "path")
STATUS_KEYS = ("status", "DownstreamStatus")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in a log."""

    method: str
    target: str
    status: str


def pictures_in_log(lines: Iterable[str], most: int) -> list[tuple[int, str]]:
    """The pictures that were asked for most often, and answered: version and path below the service, the most wanted
    first. The log is one in the common or combined format, in JSON as Caddy, Traefik and nginx write it, or in the W3C
    extended format, as IIS and CloudFront write it.
    """
    wanted = Counter(picture for asked in requests_in(lines) if (picture := picture_of(asked)))
    return [picture for picture, _ in wanted.most_common(most)]


def requests_in(lines: Iterable[str]) -> Iterator[Asked]:
    """The requests, whatever the format; lines that make no sense are passed over."""
    columns: Sequence[str] = ()
    for line in lines:
        if line.startswith(FIELDS):
            columns = line.removeprefix(FIELDS).split()
        elif asked := in_columns(line, columns) or in_json(line) or in_combined(line):
            yield asked


def in_combined(line: str) -> Asked | None:
    found = COMBINED.search(line)
    return Asked(found["method"], found["target"], found["status"]) if found else None


def in_columns(line: str, columns: Sequence[str]) -> Asked | None:
    """In the W3C extended format, whose columns the log names itself."""
    if not columns or line.startswith("#"):
        return None
    values = dict(zip(columns, line.split(), strict=False))
    method, target, status = (values.get(name, "") for name in ("cs-method", "cs-uri-stem", "sc-status"))
    return Asked(method, target, status) if target else None


def in_json(line: str) -> Asked | None:
    """In a line that is a JSON object."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    status = value_of(entry, STATUS_KEYS)
    request = entry.get("request")
    if isinstance(request, str):
        found = REQUEST_LINE.match(request)
        return Asked(found["method"], found["target"], status) if found else None
    named = request if isinstance(request, dict) else entry
    return Asked(value_of(named, METHOD_KEYS), value_of(named, TARGET_KEYS), status)


def value_of(entry: dict[str, Any], names: Sequence[str]) -> str:
    """The first of these keys that is there, as text."""
    return next((str(entry[name]) for name in names if name in entry), "")


def picture_of(asked: Asked) -> tuple[int, str] | None:
    """Version and path of a picture that was given out; `None` for anything else."""
    if asked.method not in METHODS or asked.status not in ANSWERED:
        return None
    below = BELOW_SERVICE.search(asked.target.partition("?")[0])
    if below is None or below["path"].count("/") != PARAMETERS:
        return None
    return int(below["version"]), below["path"]
