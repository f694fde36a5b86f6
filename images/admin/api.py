"""What programs may do: the switches of their addresses, and tokens, which are shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from iiifserver.backend_admin import SingletonAdmin

from ..jobs.settings import ApiSettings, MaintenanceSettings
from ..jobs.tokens import ApiToken, digest_of, new_token


@admin.register(MaintenanceSettings)
class MaintenanceSettingsAdmin(SingletonAdmin):
    fieldsets = [
        ("Clean up", {"fields": ["cleans", "clean_every_hours"]}),
        ("What was purged", {"fields": ["reclaims", "reclaim_every_minutes"]}),
        ("Verify", {"fields": ["verifies", "verify_every_days"]}),
        ("Jobs", {"fields": ["keeps_jobs_days"]}),
    ]


@admin.register(ApiSettings)
class ApiSettingsAdmin(SingletonAdmin):
    fieldsets = [
        ("Tasks", {"fields": ["tasks_enabled", "accounts_allowed"]}),
        ("News of changed images", {"fields": ["webhook_enabled"]}),
        ("Numbers at /metrics and /status", {"fields": ["metrics_networks"]}),
    ]


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "may_purge", "may_tell_changes", "may_read_numbers", "expires_at", "last_used_at")
    fields = ("name", "may_purge", "may_tell_changes", "may_read_numbers", "expires_at")
    search_fields = ("name",)

    class Media:
        css = {"all": ["iiif_images/admin.css"]}

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "expires_at":
            date, time = field.widget.widgets
            date.attrs["aria-label"], time.attrs["aria-label"] = "Expires at: date", "Expires at: time"
        return field

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        """A new one is shown now, and never again."""
        if not change:
            token = new_token()
            author: Any = request.user
            obj.digest, obj.created_by = digest_of(token), author
            shown = "The token of “{}” is <code>{}</code>. Copy it now: it is not shown again."
            self.message_user(request, format_html(shown, obj.name, token), messages.WARNING)
        super().save_model(request, obj, form, change)
