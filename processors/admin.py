"""The admin pages of processors."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from iiifserver.backend_admin import BackendAdmin, RecordsWho, SingletonAdmin

from .models import FormatAssignment, OutputSettings, Processor
from .registry import processors


@admin.register(Processor)
class ProcessorAdmin(BackendAdmin):
    registry = processors

    def get_list_display(self, request: Any) -> tuple[str, ...]:
        return ("name", "state", "enabled", "position", "kind_label", "reads")

    @admin.display(description="reads")
    def reads(self, row: Processor) -> str:
        """The formats that this kind reads."""
        return ", ".join(sorted(processors.get(row.kind).formats)) if row.kind in processors else ""


@admin.register(FormatAssignment)
class FormatAssignmentAdmin(RecordsWho, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("format_name", "processor", "falls_back")
    list_select_related = ("processor",)


@admin.register(OutputSettings)
class OutputSettingsAdmin(SingletonAdmin):
    fieldsets = [
        ("JPEG", {"fields": ["jpeg_quality", "jpeg_progressive", "background"]}),
        ("Other formats", {"fields": ["webp_quality", "avif_quality", "tiff_compression"]}),
        ("Scaling", {"fields": ["downscale_filter", "upscale_filter", "sharpen"]}),
    ]
