from __future__ import annotations

import pytest
from django.middleware.cache import UpdateCacheMiddleware

from images.middleware_checks import check_middleware


class Keeper(UpdateCacheMiddleware):
    """A site's own."""


def keeping(get_response):
    """A middleware that is a function."""
    return get_response


@pytest.mark.parametrize("name", ["django.middleware.cache.UpdateCacheMiddleware", f"{__name__}.Keeper"])
def test_a_middleware_that_keeps_images_is_told(settings, name):
    settings.MIDDLEWARE = [name, *settings.MIDDLEWARE]
    [warning] = check_middleware()
    assert (warning.id, warning.msg.startswith(name)) == ("iiif_images.W040", True)


@pytest.mark.parametrize("name", [f"{__name__}.keeping", "museum.middleware.NotThere"])
def test_of_others_nothing_is_told(settings, name):
    settings.MIDDLEWARE = [name, *settings.MIDDLEWARE]
    assert list(check_middleware()) == []
