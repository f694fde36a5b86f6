"""Pictures and info.json that were asked for before, answered in front of Django."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from cachetools import LRUCache
from django.http import HttpResponse

from images.decisions import DECISION, Decision
from images.metrics import count_answer
from images.runtime import current_runtime

from .proxies import is_trusted

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Key: TypeAlias = tuple[str, ...]

MOST_ANSWERS = 5_000
"""How many a process remembers: a kilobyte or two each, without their pictures."""

WITH_A_MIND = frozenset(
    f"HTTP_{name}"
    for name in (
        *("AUTHORIZATION", "COOKIE"),
        *("IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE", "IF_RANGE", "RANGE"),
        *("FORWARDED", "X_FORWARDED_PATH", "X_FORWARDED_ID"),
    )
)
"""Requests with these headers go to Django: what they say is looked at there."""
WISHES = ("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING")
TOLD_BY_PROXIES = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")
CLIENT = "HTTP_X_FORWARDED_FOR"


@dataclass(frozen=True, slots=True)
class Answer:
    decision: Decision
    headers: list[tuple[str, str]]
    """All that Django and its middleware sent along, but the length."""


class QuickAnswers:
    """Answers a request that is the same as one before, for an info.json or a picture that is kept: most of what such a
    request takes is Django's way to the view and back. Everything else goes to the application, and so does each
    request of which anything might be decided in another way by now.
    """

    def __init__(self, application: WSGIApplication, most: int = MOST_ANSWERS) -> None:
        self._application = application
        self._answers: LRUCache[Key, Answer] = LRUCache(most)
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        key = key_of(environ)
        if key is None:
            return self._application(environ, start_response)
        with self._lock:
            answer = self._answers.get(key)
        content = None if answer is None else answer.decision.content()
        if answer is None or content is None:
            return self._asked(key, environ, start_response)
        # A picture that was made anew meanwhile may have another length.
        start_response("200 OK", [*answer.headers, ("Content-Length", str(len(content)))])
        count_answer(answer.decision.answer_kind, 200, time.perf_counter() - begun)
        return [content]

    def _asked(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self._application(environ, start_response)
        decision = environ.get(DECISION)
        if decision is not None and isinstance(response, HttpResponse) and is_for_all(response):
            with self._lock:
                self._answers[key] = Answer(decision, headers_of(response))
        return response


def headers_of(response: HttpResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in response.items() if name.lower() != "content-length"]


def is_for_all(response: HttpResponse) -> bool:
    return response.status_code == 200 and not response.cookies


def key_of(environ: WSGIEnvironment) -> Key | None:
    """What two requests have in common that are the same; `None` for a request that Django must see."""
    uri, host = environ.get("RAW_URI", ""), environ.get("HTTP_HOST", "")
    if environ.get("REQUEST_METHOD") != "GET" or not uri or "?" in uri or not host:
        return None
    if not WITH_A_MIND.isdisjoint(environ):
        return None
    told = told_by_proxy(environ)
    if told is None:
        return None
    # Of an info.json there are several forms (Image API 3.0, 5.1), and each may be compressed.
    wishes = [environ.get(name, "") for name in WISHES] if uri.endswith("/info.json") else ()
    return (environ["wsgi.url_scheme"], host, environ.get("SCRIPT_NAME", ""), uri, *wishes, *told)


def told_by_proxy(environ: WSGIEnvironment) -> tuple[str, ...] | None:
    """What a proxy says, and who that is; nothing without one, and `None` where there may be several in a row.

    For which client it asks makes no difference, since none of these answers depends on the visitor.
    """
    client: Any = environ.get(CLIENT)
    told = tuple(environ.get(name, "") for name in TOLD_BY_PROXIES)
    if client is None and not any(told):
        return ()
    if client is not None and ("," in client or is_trusted(client, current_runtime().http)):
        return None
    return (environ.get("REMOTE_ADDR", ""), "" if client is None else "for", *told)
