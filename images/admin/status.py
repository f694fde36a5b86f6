"""The page that tells how the server is doing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from ..models import Status
from ..runtime import current_runtime
from ..status import current_status
from .activity import activity_view
from .drawing import drawing_urls
from .preview import preview_urls


@admin.register(Status)
class StatusAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    def get_urls(self) -> list[URLPattern]:
        """The page and the one beside it, behind which there are no rows to add, change or delete; and what the forms
        of overlays ask for, since no row of one role could see the other roles.
        """
        site = self.admin_site
        pages = [
            path("", site.admin_view(self.changelist_view), name="iiif_images_status_changelist"),
            path(
                "activity/",
                site.admin_view(lambda request: activity_view(self, request)),
                name="iiif_images_status_activity",
            ),
        ]
        return [*pages, *drawing_urls(self.admin_site), *preview_urls(self.admin_site)]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        runtime = current_runtime()
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Status",
            "status": current_status(runtime),
            "runtime": runtime,
        }
        return TemplateResponse(request, "admin/iiif_images/status/change_list.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
