"""The pages of the standalone site beside the image service."""

from __future__ import annotations

from django.urls import path

from .pages import health, landing

urlpatterns = [
    path("", landing, name="landing"),
    path("health", health, name="health"),
]
