"""The admin pages of overlays."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from iiifserver.backend_admin import BackendAdmin
from iiifserver.configured import ConfiguredBackend

from .models import Overlay
from .registry import overlays

SCOPE_FIELDS = ("identifier_pattern", "min_width", "min_height", "max_width", "max_height")


@admin.register(Overlay)
class OverlayAdmin(BackendAdmin):
    registry = overlays
    shared_fields = (*BackendAdmin.shared_fields, *SCOPE_FIELDS)

    def get_fieldsets(self, request: HttpRequest, obj: ConfiguredBackend | None = None) -> Any:
        """What is drawn stands before the images that it is drawn on."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, shared), *own = fieldsets
        row = {**shared, "fields": tuple(name for name in shared["fields"] if name not in SCOPE_FIELDS)}
        scope = {
            "fields": ("identifier_pattern", ("min_width", "min_height"), ("max_width", "max_height")),
            "description": "The images that it is drawn on, and the sizes of their answers.",
        }
        return [(title, row), *own, ("Applies to", scope)]
