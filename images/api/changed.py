"""News of changed images, from a catalogue or from an object store: what was made of them is not given out again."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse

from caching.invalidations import outdate
from caching.purges import Purge, Scope

from ..jobs.schedule import reclaim_soon
from ..jobs.settings import ApiSettings
from ..runtime import current_runtime
from .access import Caller, Refusal, caller_with_token
from .names import identifiers_of
from .views import ApiView, json_of, json_response

logger = logging.getLogger("iiifserver.images")

MOST_NAMES = 1000
LONGEST_NAME = 8000
EXPLANATION = (
    'Write {"identifier": "…"}, {"identifiers": ["…"]} or {"prefix": "…"}, '
    "or send what S3 and its likes tell of objects."
)


class ChangedView(ApiView):
    """Has images forgotten that have changed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not ApiSettings.current().webhook_enabled:
            raise Refusal(
                HTTPStatus.FORBIDDEN, "News is switched off: an administrator may switch it on, under HTTP API."
            )
        who = caller_with_token(request, "may_tell_changes")
        purges = purges_of(json_of(request))
        forget(purges, who)
        return json_response({"forgotten": len(purges)}, HTTPStatus.ACCEPTED)


def forget(purges: list[Purge], who: Caller) -> None:
    if purges:
        outdate(purges)
        reclaim_soon()
        logger.info("%d changes told by %s.", len(purges), who.name)


def purges_of(document: Any) -> list[Purge]:
    """What the news is about; raises `Refusal`. News of nothing, such as an object store's test, is fine."""
    if not isinstance(document, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, EXPLANATION)
    if "Records" in document or document.get("Event") == "s3:TestEvent":
        return images(keys_of(document.get("Records", [])), of_keys=True)
    if document.keys() & {"prefix", "prefixes"}:
        return [Purge(Scope.PREFIX, prefix) for prefix in texts(document, "prefix", "prefixes")]
    return images(texts(document, "identifier", "identifiers"), of_keys=False)


def images(names: list[str], *, of_keys: bool) -> list[Purge]:
    sources = current_runtime().sources
    identifiers = [name for key in names for name in (identifiers_of(key, sources) if of_keys else [key])]
    return [Purge.of_image(identifier) for identifier in dict.fromkeys(identifiers)]


def keys_of(records: Any) -> list[str]:
    """The keys of objects in the news of S3, MinIO and others; they stand there as in a form's address."""
    try:
        return checked([unquote_plus(record["s3"]["object"]["key"]) for record in records])
    except (TypeError, KeyError, AttributeError) as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "A record names no object: Records[].s3.object.key.") from error


def texts(document: dict[str, Any], one: str, many: str) -> list[str]:
    found = [document[one]] if one in document else document.get(many)
    if not isinstance(found, list) or not found:
        raise Refusal(HTTPStatus.BAD_REQUEST, EXPLANATION)
    return checked(found)


def checked(names: list[Any]) -> list[str]:
    if len(names) > MOST_NAMES:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {MOST_NAMES} names at once.")
    if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and "\0" not in name for name in names):
        raise Refusal(HTTPStatus.BAD_REQUEST, f"A name is a text of 1 to {LONGEST_NAME} characters.")
    return names
