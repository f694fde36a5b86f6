"""The links of info.json and manifests."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from iiifserver.backend_admin import RecordsWho

from ..description_links import DescriptionLink


@admin.register(DescriptionLink)
class DescriptionLinkAdmin(RecordsWho, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "enabled", "position", "short_kind", "address", "identifier_pattern")
    search_fields = ("name", "address")
    fieldsets = [
        (None, {"fields": ["name", "enabled", "position", "identifier_pattern"]}),
        ("What it leads to", {"fields": ["kind", "address", "type", "label", "language", "format", "profile"]}),
        ("For services", {"fields": ["context"]}),
    ]

    @admin.display(description="kind", ordering="kind")
    def short_kind(self, row: DescriptionLink) -> str:
        """The words before the explanation."""
        return row.get_kind_display().partition(":")[0]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in {"address", "profile", "context"}:
            field.widget.attrs["class"] = "vLargeTextField"
        return field

    class Media:
        css = {"all": ["iiif_images/admin.css"]}
