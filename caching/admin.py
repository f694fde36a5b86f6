"""The admin pages of caches."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from iiifserver.backend_admin import OPTION, BackendAdmin, ChangeBackendForm, SingletonAdmin
from iiifserver.configured import ConfiguredBackend

from .base import TIER_LABELS
from .models import Cache, FreshnessSettings
from .neighbours import crowded_rows, neighbour, told
from .purging import shown_usage
from .registry import caches
from .runtime import caches_in_use

FOLDER = f"{OPTION}folder"
FAILED_LATELY = "It has failed in the last minutes, and was passed by. The reason is in the server's log."


class ChangeCacheForm(ChangeBackendForm):
    """Refuses the folder of another row that has been set up, whether that is switched on or not."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        others = Cache.objects.exclude(pk=self.instance.pk).exclude(options={})
        if not self.errors and (other := neighbour(self.instance, others)):
            self.add_error(FOLDER if FOLDER in self.fields else None, told(other))
        return cleaned


@admin.register(Cache)
class CacheAdmin(BackendAdmin):
    registry = caches
    change_form_class = ChangeCacheForm
    list_display = ("name", "state", "enabled", "position", "tier", "kind_label", "usage", "used_for")

    @admin.display(description="holds")
    def usage(self, row: Cache) -> str:
        return shown_usage(row)

    def problems(self, row: ConfiguredBackend) -> list[str]:
        failed = any(link.row == row.pk and link.failed_lately for link in caches_in_use().links)
        others = dict(crowded_rows(Cache.objects.filter(enabled=True)))
        crowded = [told(others[row])] if row in others else []
        return [*super().problems(row), *crowded, *([FAILED_LATELY] if failed else [])]

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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_purge = self.has_change_permission(request)
        return super().changelist_view(request, {**(extra_context or {}), "may_purge": may_purge})


@admin.register(FreshnessSettings)
class FreshnessSettingsAdmin(SingletonAdmin):
    pass


def kinds_by_tier() -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds and labels, below the tier that they serve."""
    tiers = list(TIER_LABELS)
    choices = sorted(caches.choices(), key=lambda choice: tiers.index(caches.get(choice[0]).tier))
    grouped = groupby(choices, key=lambda choice: caches.get(choice[0]).tier)
    return [(TIER_LABELS[tier], list(members)) for tier, members in grouped]
