"""The pages of the standalone site beside the image service."""

from __future__ import annotations

from django.urls import path, re_path

from .pages.documentation import documentation
from .pages.health import health
from .pages.landing import icon, landing
from .pages.requests import requests
from .pages.service_root import of_service
from .pages.viewer import viewer

app_name = "iiif_site"
urlpatterns = [
    path("", landing, name="landing"),
    path("favicon.ico", icon),
    path("docs/", documentation, name="documentation"),
    path("docs/<path:path>", documentation),
    path("health", health, name="health"),
    path("viewer", viewer, name="viewer"),
    re_path(r"^iiif/(?P<version>[123])/?$", of_service(requests), name="requests"),
]
