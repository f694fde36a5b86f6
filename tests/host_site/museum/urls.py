from __future__ import annotations

from django.contrib import admin

# docs: urls
from django.urls import include, path

from museum.backoffice import backoffice

urlpatterns = [
    path("", include("gallery.urls")),
    path("backoffice/", backoffice.urls),
    path("iiif/", include("iiifserver.embed_urls")),
    path("iiif-api/", include("iiifserver.embed_api_urls")),
]
# docs: end

# The default admin stands beside the back office: neither may send people into the other.
urlpatterns += [path("admin/", admin.site.urls)]
