"""News of changed images, from a catalogue or from an object store: what was made of them is not given out again."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from caching.invalidations import outdate
from caching.purges import Purge, Scope

from ..jobs.schedule import reclaim_soon
from ..jobs.settings import ApiSettings
from ..runtime import current_runtime
from .access import Caller, Refusal, caller_with_token
from .names import identifiers_of
from .news import Confirmation, NoNews, TooMuchNews, news_of
from .views import JSON, ApiView, json_of, json_response

logger = logging.getLogger("iiifserver.images")


class ChangedView(ApiView):
    """Has images forgotten that have changed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not ApiSettings.current().webhook_enabled:
            raise Refusal(
                HTTPStatus.FORBIDDEN, "News is switched off: an administrator may switch it on, under HTTP API."
            )
        who = caller_with_token(request, "may_tell_changes")
        purges = purges_of(document_in(request))
        forget(purges, who)
        return json_response({"forgotten": len(purges)}, HTTPStatus.ACCEPTED)


def forget(purges: list[Purge], who: Caller) -> None:
    if purges:
        outdate(purges)
        reclaim_soon()
        logger.info("%d changes told by %s.", len(purges), who.name)


def purges_of(document: Any) -> list[Purge]:
    """What the news is about; raises `Refusal`."""
    try:
        news = news_of(document)
    except TooMuchNews as error:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from error
    except Confirmation as error:
        logger.warning("SNS asks to confirm a subscription. Open this address if you want it: %s", error.address or "?")
        raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from error
    except NoNews as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from error
    sources = current_runtime().sources
    identifiers = [*news.identifiers, *(name for key in news.keys for name in identifiers_of(key, sources))]
    return [
        *(Purge(Scope.PREFIX, prefix) for prefix in news.prefixes),
        *(Purge.of_image(identifier) for identifier in dict.fromkeys(identifiers)),
    ]


def document_in(request: HttpRequest) -> Any:
    """What was sent, as JSON; raises `Refusal`. SNS sends its JSON as plain text."""
    is_of_sns = "x-amz-sns-message-type" in request.headers
    return json_of(request, media_types=(JSON, "text/plain") if is_of_sns else (JSON,))
