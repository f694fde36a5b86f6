"""The addresses of the image service; a site includes them below a prefix of its own."""

from __future__ import annotations

from django.db.transaction import non_atomic_requests
from django.urls import re_path

from .presentation import PresentationView
from .views import ArrivalView, ImageServiceView

app_name = "iiif"
# None of them needs the database at each request, nor may one keep a transaction open while an image is decoded: also
# not in a site with ATOMIC_REQUESTS.
service = non_atomic_requests(ImageServiceView.as_view())
presentation = non_atomic_requests(PresentationView.as_view())
arrival = non_atomic_requests(ArrivalView.as_view())

urlpatterns = [
    # Identifiers may hold anything, line breaks too: what is no good is refused by the service in its own words.
    re_path(r"^(?P<version>[123])/(?P<path>(?s:.+))$", service, name="service"),
    re_path(r"^presentation/3/(?P<path>(?s:.+))$", presentation, name="presentation"),
    re_path(r"^arrival/(?P<path>(?s:.+))$", arrival, name="arrival"),
]
