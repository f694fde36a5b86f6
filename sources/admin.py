"""The admin pages of sources."""

from __future__ import annotations

from django.contrib import admin

from iiifserver.backend_admin import BackendAdmin

from .models import Source
from .registry import sources


@admin.register(Source)
class SourceAdmin(BackendAdmin):
    registry = sources
