from __future__ import annotations

from django.urls import path

from gallery.views import PaintingList, wall

urlpatterns = [
    path("", wall, name="wall"),
    # The image service has pages of these names too, in a namespace of their own.
    path("viewer/", wall, name="viewer"),
    path("requests/<int:number>/", wall, name="requests"),
    path("api/paintings/", PaintingList.as_view(), name="paintings"),
]
