"""What `manage.py check` says of a site's middleware that comes between images and those who ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.middleware.cache import UpdateCacheMiddleware
from django.utils.module_loading import import_string


def check_middleware(**kwargs: Any) -> Iterable[CheckMessage]:
    """A warning where the site keeps whole answers: it gives them out again without asking who may see them now."""
    return [
        Warning(
            f"{name} keeps images, and gives them out past new access rules and redactions.",
            hint="Keep single views of yours with cache_page instead. Images have caches of their own, under Caches.",
            id="iiif_images.W040",
        )
        for name in settings.MIDDLEWARE
        if keeps_answers(name)
    ]


def keeps_answers(name: str) -> bool:
    """Whether the middleware is Django's, or one made of it. Of one that is not there Django itself tells."""
    try:
        middleware = import_string(name)
    except ImportError:
        return False
    return isinstance(middleware, type) and issubclass(middleware, UpdateCacheMiddleware)
