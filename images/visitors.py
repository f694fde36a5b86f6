"""Who asks, from an HTTP request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

from iiifserver.iiif.visitor import Visitor

if TYPE_CHECKING:
    from .runtime import Runtime

STRANGER = Visitor()


def visitor_for(runtime: Runtime, request: HttpRequest) -> Visitor:
    """Who asks, as far as the settings want to know; where they do not, nothing is looked up."""
    return visitor_of(request) if runtime.depends_on_visitor else STRANGER


def visitor_of(request: HttpRequest) -> Visitor:
    """The signed-in account, or a stranger. Without a session cookie nothing is looked up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return STRANGER
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return STRANGER
    groups = getattr(user, "groups", None)
    names = groups.values_list("name", flat=True) if groups is not None else ()
    return Visitor(user_id=str(user.pk), groups=frozenset(names), name=user.get_username())
