"""The page of the files that failed, with the buttons that have them tried again; and the time limits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from iiifserver.backend_admin import SingletonAdmin
from iiifserver.times import with_zone
from iiifserver.watching.watch import watch

from ..failed_files.model import DecodingSettings, FailedFile
from ..runtime import keeper


@admin.register(DecodingSettings)
class DecodingSettingsAdmin(SingletonAdmin):
    pass


@admin.register(FailedFile)
class FailedFileAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("identifier", "state_shown", "message", "times", "last_at", "tried_again")
    list_per_page = 100
    search_fields = ("identifier",)
    fields = ("identifier", "version", "state_shown", "message", "times", "first_at", "last_at", "tried_again")
    readonly_fields = fields
    actions = ("clear_selected",)

    class Media:
        css = {"all": ["iiif_images/admin.css"]}

    @admin.display(description="state", ordering="reason")
    def state_shown(self, row: FailedFile) -> SafeString:
        style = "" if row.reason == FailedFile.State.SUSPECT else "iiif-broken"
        return format_html('<span class="iiif-state {}">{}</span>', style, row.get_reason_display())

    @admin.display(description="tried again")
    def tried_again(self, row: FailedFile) -> str:
        """When the file is read again like any other."""
        until = row.until(DecodingSettings.current().retry_hours)
        if until is None:
            return "when it is cleared, or has changed"
        if until <= timezone.now():
            return "when it is asked for"
        return f"from {timezone.localtime(with_zone(until)):%Y-%m-%d %H:%M} on"

    def get_queryset(self, request: HttpRequest) -> QuerySet[FailedFile]:
        return FailedFile.objects.all()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Clearing alone: it is what deleting would be called here."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "title": "Files that failed",
            "is_watched": watch.is_on,
            "may_clear": self.may_clear(request) and FailedFile.objects.exists(),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_clear"] = self.may_clear(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        own = [
            path("clear/", site.admin_view(self.clear_all_view), name="iiif_images_failedfile_clear_all"),
            path("<int:pk>/clear/", site.admin_view(self.clear_view), name="iiif_images_failedfile_clear"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def clear_all_view(self, request: HttpRequest) -> HttpResponse:
        self.check_may_clear(request)
        return self.cleared(request, FailedFile.objects.all())

    @method_decorator(require_POST)
    def clear_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check_may_clear(request)
        row = get_object_or_404(FailedFile, pk=pk)
        return self.cleared(request, FailedFile.objects.filter(pk=row.pk))

    @admin.action(description="Clear: try them again", permissions=["clear"])
    def clear_selected(self, request: HttpRequest, rows: QuerySet[FailedFile]) -> None:
        self.cleared(request, rows)

    def cleared(self, request: HttpRequest, rows: QuerySet[FailedFile]) -> HttpResponse:
        """Forgets the rows, here at once and in every other process as soon as it looks."""
        names = [row.identifier for row in rows]
        if names:
            self.log_deletions(request, rows)
            rows.delete()
            keeper.look_now()
        shown = f"“{names[0]}” was cleared and is" if len(names) == 1 else f"{len(names):,} files were cleared and are"
        self.message_user(request, f"{shown} tried again when somebody asks.", messages.SUCCESS)
        address = reverse("admin:iiif_images_failedfile_changelist", current_app=self.admin_site.name)
        return HttpResponseRedirect(address)

    def check_may_clear(self, request: HttpRequest) -> None:
        if not self.may_clear(request):
            raise PermissionDenied

    def may_clear(self, request: HttpRequest) -> bool:
        return request.user.has_perm("iiif_images.delete_failedfile")

    has_clear_permission = may_clear

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
