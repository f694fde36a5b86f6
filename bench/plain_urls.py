"""The addresses of the bare view, in front of all others."""

from __future__ import annotations

from django.urls import re_path

from bench.plain_view import PlainTile
from iiifserver import urls

urlpatterns = [re_path(r"^iiif/3/.+\.jpg$", PlainTile.as_view()), *urls.urlpatterns]

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
