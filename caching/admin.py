"""The admin pages of caches, and those that purge."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from iiifserver.backend_admin import BackendAdmin

from .base import TIER_LABELS
from .models import Cache
from .purging import PurgeOrder, purged_sentence, shown_usage
from .registry import caches


@admin.register(Cache)
class CacheAdmin(BackendAdmin):
    registry = caches
    list_display = ("name", "state", "enabled", "position", "tier", "kind_label", "usage", "used_for")  # type: ignore[assignment]

    @admin.display(description="holds")
    def usage(self, row: Cache) -> str:
        return shown_usage(row)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            kind = form.base_fields["kind"]
            form.base_fields["kind"] = forms.ChoiceField(choices=kinds_by_tier(), help_text=kind.help_text)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        (title, shared), *own = super().get_fieldsets(request, obj)
        return [(title, {"fields": ("tier", "usage", *shared["fields"])}), *own]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        readonly = super().get_readonly_fields(request, obj)
        return (*readonly, "tier", "usage") if obj else readonly

    def get_urls(self) -> list[URLPattern]:
        everything = path("purge/", self.admin_site.admin_view(self.purge_everything), name="iiif_caching_purge")
        one = path("purge-image/", self.admin_site.admin_view(self.purge_image), name="iiif_caching_purge_image")
        return [everything, one, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_purge = self.has_change_permission(request)
        return super().changelist_view(request, {**(extra_context or {}), "may_purge": may_purge})

    @method_decorator(require_http_methods(["GET", "POST"]))
    def purge_everything(self, request: HttpRequest) -> HttpResponse:
        """Says what would go; sent back, has it go."""
        return self.purge(request, PurgeOrder())

    @method_decorator(require_http_methods(["GET", "POST"]))
    def purge_image(self, request: HttpRequest) -> HttpResponse:
        """The same for the one image that was typed into the box below the list."""
        typed = (request.POST if request.method == "POST" else request.GET).get("identifier", "").strip()
        if typed:
            return self.purge(request, PurgeOrder(typed))
        if not self.has_change_permission(request):
            raise PermissionDenied
        self.message_user(request, "Type the identifier of the image that is to be forgotten.", messages.WARNING)
        return self.back_to_list()

    def purge(self, request: HttpRequest, order: PurgeOrder) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self.purge_page(request, order)
        purged = order.carry_out(by=str(request.user))
        self.message_user(request, purged_sentence(purged), messages.WARNING if purged.failed else messages.SUCCESS)
        return self.back_to_list()

    def back_to_list(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:iiif_caching_cache_changelist", current_app=self.admin_site.name))

    def purge_page(self, request: HttpRequest, order: PurgeOrder) -> HttpResponse:
        rows = [(row, shown_usage(row)) for row in Cache.objects.all()]
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": order.title,
            "order": order,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/iiif_caching/cache/purge.html", context)


def kinds_by_tier() -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds and labels, below the tier that they serve."""
    tiers = list(TIER_LABELS)
    choices = sorted(caches.choices(), key=lambda choice: tiers.index(caches.get(choice[0]).tier))
    grouped = groupby(choices, key=lambda choice: caches.get(choice[0]).tier)
    return [(TIER_LABELS[tier], list(members)) for tier, members in grouped]
