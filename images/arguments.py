"""What the query string of an address may say. It steers an answer and is in no cache's key."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.http import HttpRequest

from iiifserver.iiif.meta_identifier import page_at, page_of

MOST_ARGUMENTS = 50


def arguments_of(request: HttpRequest) -> Mapping[str, str]:
    """The arguments by name; none where the query string is no list of them, since queries are not ours to refuse."""
    query = request.META.get("QUERY_STRING", "")
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_ARGUMENTS)) if query else {}
    except ValueError:
        return {}


def page_argument(arguments: Mapping[str, str]) -> int | None:
    """The page that `page` names, or else `time`; `None` where neither is there. Raises `BadRequest`."""
    if number := arguments.get("page"):
        return page_of(number)
    time = arguments.get("time")
    return page_at(time) if time else None
