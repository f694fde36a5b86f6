"""Clients that have left: a viewer that is zoomed drops most of what it has asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from iiifserver.visit import ClientLeft, current_visit, has_left

STATUS = 499
"""As nginx counts them. Nobody reads it but the access log and the counters."""


def check_client_is_there(http: HttpRequest) -> None:
    """To be called before costly work, by what answers `ClientLeft`: raised when the connection is known to be closed,
    now or later while this request waits for the work of another. Gunicorn tells of that, and no other server does.
    """
    visit = current_visit()
    if visit is not None:
        visit.gives_up = True
    connection = http.META.get("gunicorn.socket")
    if connection is not None and has_left(connection.fileno()):
        raise ClientLeft


def departed_response() -> HttpResponse:
    response = HttpResponse(status=STATUS, reason="Client Closed Request", headers={"Cache-Control": "no-store"})
    # Django would warn of it: there is nothing to mend.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
