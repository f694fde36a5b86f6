"""The source doctor: which images are slow, why, and the buttons that cure them; and the rules for working copies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from caching.base import CacheUnavailable
from caching.keys import Subject
from caching.purging import usage_sentence
from caching.working_copies import copy_key
from iiifserver.backend_admin import SingletonAdmin

from ..copies.examined import WITHOUT_REASON
from ..copies.model import SlowImage, WorkingCopySettings
from ..copies.of_sources import source_arguments
from ..copies.ordering import order_copy
from ..copies.rules import Makes
from ..jobs import queue
from ..jobs.machine import machine_name
from ..jobs.model import Job, JobState, somebody_does_jobs
from ..runtime import current_runtime
from .jobs import state_of
from .purges import NOBODY, source_choices

SLOW_BY_CHANCE = 3
"""So often an image without a known reason must have been slow to be listed."""
SWITCHED_OFF = "Working copies are switched off: allow them under Working copies first."


@admin.register(WorkingCopySettings)
class WorkingCopySettingsAdmin(SingletonAdmin):
    fieldsets = [
        ("When", {"fields": ["makes"]}),
        (
            "Which images",
            {
                "fields": ["formats", "least_megapixels", "source_names"],
                "description": "By itself, and for a whole source. An image that staff choose is copied in any case.",
            },
        ),
        ("How", {"fields": ["quality", "limit_gigabytes", "at_once"]}),
        ("Source doctor", {"fields": ["slow_milliseconds"]}),
    ]
    formfield_overrides = {
        **SingletonAdmin.formfield_overrides,
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }


class SourceForm(forms.Form):
    source = forms.ChoiceField(choices=source_choices, help_text="Its slow images get a copy, as the rules say.")
    folder = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Only what is in this folder of the source. Empty: all.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


@admin.register(SlowImage)
class SlowImageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "size", "reason", "slowest", "copy", "button")
    list_per_page = 50
    empty_value_display = ""
    list_select_related = ("job",)
    search_fields = ("identifier",)
    fields = (
        *("identifier", "page", "source", "format_label", "size", "reason", "slowest", "times", "last_at"),
        *("copy", "brings"),
    )
    readonly_fields = fields
    actions = ("copy_selected",)

    class Media:
        css = {"all": ["iiif_images/admin.css"]}
        js = ["iiif_images/jobs.js"]

    @admin.display(description="image", ordering="identifier")
    def name(self, row: SlowImage) -> str:
        return str(row)

    @admin.display(description="size", ordering="width")
    def size(self, row: SlowImage) -> str:
        return f"{row.width:,} \N{MULTIPLICATION SIGN} {row.height:,} {row.format_label}"

    @admin.display(description="slowest read", ordering="milliseconds")
    def slowest(self, row: SlowImage) -> str:
        return f"{row.milliseconds:,} ms" if row.milliseconds else ""

    @admin.display(description="working copy")
    def copy(self, row: SlowImage) -> SafeString:
        """Whether there is one, or how far it is, or why there is none."""
        if row.job is not None and row.is_under_way:
            return state_of(row.job)
        if has_copy(row):
            size, brings = filesizeformat(row.copy_bytes), self.brings(row)
            ready = '<span class="iiif-state iiif-ready">ready</span>, {}<br>{}'
            return format_html(ready, size, f"a tile {brings}" if brings else "")
        if row.job is not None and row.job.state != JobState.DONE and row.ordered_version == row.version:
            return format_html('<span class="iiif-state iiif-broken">{}</span> {}', row.job.state, row.job.outcome)
        return format_html("{}", "made room for others" if row.copied_version == row.version else "none")

    @admin.display(description="a tile, before and after")
    def brings(self, row: SlowImage) -> str:
        if row.before_milliseconds is None or row.after_milliseconds is None:
            return ""
        return f"{row.before_milliseconds:,} ms → {row.after_milliseconds:,.1f} ms"

    @admin.display(description="")
    def button(self, row: SlowImage) -> SafeString:
        """Sent by the form about the list, which has the token against forged requests."""
        if row.is_under_way or has_copy(row):
            return SafeString()
        address = reverse("admin:iiif_images_slowimage_copy", args=[row.pk], current_app=self.admin_site.name)
        return format_html(
            '<button class="button" type="submit" formaction="{}" aria-label="Copy {}">Copy</button>', address, row
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlowImage]:
        """Without those that were slow once or twice for no known reason: something else may have been in the way."""
        chance = Q(reason=WITHOUT_REASON, times__lt=SLOW_BY_CHANCE, job=None, copied_version="")
        return super().get_queryset(request).exclude(chance)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if self.may_order(request) else self.list_display[:-1]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        runtime = current_runtime()
        context = {
            "title": "Source doctor",
            "may_order": self.may_order(request),
            "is_off": runtime.copies.rules.makes is Makes.NEVER,
            "is_somebody_at_work": somebody_does_jobs(),
            "usage": usage_of_copies(),
            "sources": [(job, state_of(job)) for job in source_jobs()],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        own = [
            path("source/", site.admin_view(self.source_view), name="iiif_images_slowimage_source"),
            path("<int:pk>/copy/", site.admin_view(self.copy_view), name="iiif_images_slowimage_copy"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.check_may_order(request)
        self.order(request, [get_object_or_404(SlowImage, pk=pk)])
        return self.to_list()

    @admin.action(description="Make working copies", permissions=["order"])
    def copy_selected(self, request: HttpRequest, rows: QuerySet[SlowImage]) -> None:
        self.order(request, rows)

    def source_view(self, request: HttpRequest) -> HttpResponse:
        """The form for a whole source; sent, it orders a job."""
        self.check_may_order(request)
        form = SourceForm(request.POST) if request.method == "POST" else SourceForm()
        if not form.is_valid():
            request.current_app = self.admin_site.name
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": "Copy the slow images of a source",
                "form": form,
            }
            return TemplateResponse(request, "admin/iiif_images/slowimage/source.html", context)
        if self.is_off(request):
            return self.to_list()
        arguments = source_arguments(**form.cleaned_data)
        self.tell(request, [queue.order("copies", arguments, by=request.user, machine=machine_name())])
        return self.to_list()

    def order(self, request: HttpRequest, rows: Iterable[SlowImage]) -> None:
        if not self.is_off(request):
            self.tell(request, [job for row in rows if (job := order_copy(row, by=request.user))])

    def is_off(self, request: HttpRequest) -> bool:
        if current_runtime().copies.rules.makes is not Makes.NEVER:
            return False
        self.message_user(request, SWITCHED_OFF, messages.ERROR)
        return True

    def tell(self, request: HttpRequest, jobs: list[Job]) -> None:
        if not jobs:
            self.message_user(request, "These copies are being made already.", messages.WARNING)
            return
        ordered = f"{jobs[0]}: ordered." if len(jobs) == 1 else f"{len(jobs)} working copies were ordered."
        self.message_user(request, ordered, messages.SUCCESS)
        if not somebody_does_jobs():
            self.message_user(request, NOBODY, messages.WARNING)

    def to_list(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:iiif_images_slowimage_changelist", current_app=self.admin_site.name))

    def check_may_order(self, request: HttpRequest) -> None:
        if not self.may_order(request):
            raise PermissionDenied

    def may_order(self, request: HttpRequest) -> bool:
        return request.user.has_perm("iiif_images.change_slowimage")

    has_order_permission = may_order

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def has_copy(row: SlowImage) -> bool:
    """Whether requests for the page are answered from a copy."""
    runtime = current_runtime()
    store, recipe = runtime.copies.store, runtime.copies.rules.recipe
    key = copy_key(Subject(row.identifier, row.source), row.page, row.version, repr(recipe))
    return store is not None and store.find(key, runtime.caches.purges) is not None


def usage_of_copies() -> str:
    store = current_runtime().copies.store
    try:
        return usage_sentence(store.usage()) if store is not None else ""
    except CacheUnavailable as error:
        return str(error)


def source_jobs() -> QuerySet[Job]:
    """Sources that are being copied, and those that were last."""
    return Job.objects.filter(kind="copies")[:5]
