"""The admin pages of processors."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from iiifserver.backend_admin import BackendAdmin, RecordsWho, SingletonAdmin
from iiifserver.iiif.source_formats import label_of
from iiifserver.shelf import Shelf

from .matrix import matrix_of
from .models import FormatAssignment, OutputSettings, Processor
from .registry import processors
from .runtime import active_processors


@admin.register(Processor)
class ProcessorAdmin(BackendAdmin):
    registry = processors

    def get_list_display(self, request: Any) -> tuple[str, ...]:
        return ("name", "state", "enabled", "position", "kind_label", "reads")

    @admin.display(description="reads")
    def reads(self, row: Processor) -> str:
        """The formats that this kind reads."""
        return ", ".join(map(label_of, sorted(processors.get(row.kind).formats))) if row.kind in processors else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.formats_view)
        return [path("formats/", view, name="iiif_processors_processor_formats"), *super().get_urls()]

    def formats_view(self, request: HttpRequest) -> HttpResponse:
        """Who reads what, and what is missing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = list(Processor.objects.all())
        assignments = list(FormatAssignment.objects.select_related("processor"))
        matrix = matrix_of(processors, rows, assignments, active_processors(rows, assignments, Shelf(processors)))
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Formats",
            "matrix": matrix,
            "width": len(matrix.columns) + 2,
        }
        return TemplateResponse(request, "admin/iiif_processors/processor/formats.html", context)


@admin.register(FormatAssignment)
class FormatAssignmentAdmin(RecordsWho, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("format_name", "processor", "falls_back")
    list_select_related = ("processor",)


@admin.register(OutputSettings)
class OutputSettingsAdmin(SingletonAdmin):
    fieldsets = [
        ("JPEG", {"fields": ["jpeg_quality", "jpeg_progressive", "background"]}),
        ("Other formats", {"fields": ["png_compression", "webp_quality", "avif_quality", "tiff_compression"]}),
        ("Scaling", {"fields": ["downscale_filter", "upscale_filter", "sharpen", "linear_light"]}),
        ("Colours", {"fields": ["keeps_profile"]}),
        ("Words in the picture", {"fields": ["metadata", "keeps_location", "copyright_notice", "credit", "source"]}),
    ]
