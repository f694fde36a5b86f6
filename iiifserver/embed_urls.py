"""The image service below a prefix of the site's choice: `path("iiif/", include("iiifserver.embed_urls"))`."""

from __future__ import annotations

from images.urls import app_name, urlpatterns

__all__ = ["app_name", "urlpatterns"]
