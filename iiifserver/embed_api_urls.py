"""The addresses for programs below a prefix of the site's choice.

`path("iiif-api/", include("iiifserver.embed_api_urls"))`
"""

from __future__ import annotations

from images.api.urls import app_name, urlpatterns

__all__ = ["app_name", "urlpatterns"]
