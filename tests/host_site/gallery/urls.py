from __future__ import annotations

from django.urls import path

from gallery.views import PaintingList, wall

urlpatterns = [
    path("", wall, name="wall"),
    path("api/paintings/", PaintingList.as_view(), name="paintings"),
]
