"""Every address of the standalone site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("iiif/", include("images.urls")),
    path("", include("images.site_urls")),
    path("", include("images.api.urls")),
]

handler400 = "iiifserver.failures.bad_request"
handler403 = "iiifserver.failures.forbidden"
handler404 = "iiifserver.failures.not_found"
handler500 = "iiifserver.failures.server_error"
