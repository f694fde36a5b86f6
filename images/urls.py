"""The addresses of the image service; a site includes them below a prefix of its own."""

from __future__ import annotations

from django.urls import re_path

from .presentation import PresentationView
from .views import ArrivalView, ImageServiceView

app_name = "iiif"
urlpatterns = [
    # Identifiers may hold anything, line breaks too: what is no good is refused by the service in its own words.
    re_path(r"^(?P<version>[123])/(?P<path>(?s:.+))$", ImageServiceView.as_view(), name="service"),
    re_path(r"^presentation/3/(?P<path>(?s:.+))$", PresentationView.as_view(), name="presentation"),
    re_path(r"^arrival/(?P<path>(?s:.+))$", ArrivalView.as_view(), name="arrival"),
]
