"""What the site's delegate is told of an HTTP request, and what it adds to an info.json."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest

from iiifserver.delegates import Context
from iiifserver.iiif.values import ApiVersion
from iiifserver.iiif.visitor import Visitor

from .addresses import sent_uri
from .runtime import Runtime

logger = logging.getLogger("iiifserver.delegates")

UNTOUCHABLE = frozenset({"@context", "@id", "id", "@type", "type", "protocol", "profile", "width", "height"})
"""What an info.json says of the image itself (Image API 3.0, 5.2)."""


def context_of(request: HttpRequest, origin: str) -> Context:
    """What the request itself says; forwarded headers of strangers are out of it already."""
    return Context(
        client_ip=request.META.get("REMOTE_ADDR", ""),
        request_headers=request.headers,
        cookies=request.COOKIES,
        request_uri=sent_uri(request, origin),
        local_uri=request.build_absolute_uri(),
    )


def introduce(visitor: Visitor, runtime: Runtime) -> None:
    """Tells the delegate who has signed in."""
    if runtime.consultation is not None:
        runtime.consultation.learn(user_id=visitor.user_id, groups=visitor.groups)


def extra_keys(version: ApiVersion, document: dict[str, object], runtime: Runtime) -> dict[str, Any]:
    """What the delegate adds to this info.json; what the document says of the image itself stays."""
    if runtime.consultation is None:
        return {}
    extra = runtime.consultation.extra_keys(version)
    if refused := sorted(UNTOUCHABLE & extra.keys()):
        logger.warning("The delegate's extra keys leave alone what stands in every info.json: %s.", ", ".join(refused))
    return {key: value for key, value in extra.items() if key not in refused}
