"""The page of jobs: what is done by itself, what was ordered, how far it is, and the buttons that steer it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from ..jobs import queue
from ..jobs.model import Job, JobState, somebody_does_jobs
from .purges import purge_view
from .warming import warm_view

STYLES = {JobState.DONE: "iiif-ready", JobState.FAILED: "iiif-broken"}


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "state_shown", "outcome", "freed", "who", "ended_at")
    list_per_page = 50
    empty_value_display = ""
    list_select_related = ("ordered_by",)
    fields = (
        *("title", "state_shown", "outcome", "freed", "who", "created_at", "due_at", "started_at", "ended_at"),
        *("machine", "runner", "uuid"),
    )
    readonly_fields = fields
    actions = ("cancel_selected", "order_selected_again")

    class Media:
        css = {"all": ["iiif_images/admin.css"]}
        js = ["iiif_images/jobs.js"]

    @admin.display(description="state", ordering="state")
    def state_shown(self, job: Job) -> SafeString:
        return state_of(job)

    @admin.display(description="ordered by")
    def who(self, job: Job) -> str:
        return str(job.ordered_by or ("the schedule" if job.interval_seconds else "a program"))

    @admin.display(description="freed", ordering="freed_bytes")
    def freed(self, job: Job) -> str:
        return filesizeformat(job.freed_bytes) if job.freed_bytes else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.all()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The schedule stands above the list, in which there is what was ordered."""
        context = {
            "title": "Jobs",
            "schedule": [(job, state_of(job)) for job in scheduled()],
            "is_somebody_at_work": somebody_does_jobs(),
            "may_steer": self.may_steer(request),
            "may_purge": may_purge(request),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        listed = super().get_changelist_instance(request)
        listed.queryset = listed.queryset.filter(interval_seconds=None)
        listed.get_results(request)
        return listed

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_steer"] = self.may_steer(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        own = [
            path("purge/", site.admin_view(lambda request: purge_view(self, request)), name="iiif_images_job_purge"),
            path("warm/", site.admin_view(lambda request: warm_view(self, request)), name="iiif_images_job_warm"),
            path("<int:pk>/run/", site.admin_view(self.run_view), name="iiif_images_job_run"),
            path("<int:pk>/cancel/", site.admin_view(self.cancel_view), name="iiif_images_job_cancel"),
            path("<int:pk>/again/", site.admin_view(self.again_view), name="iiif_images_job_again"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.steered(request, pk)
        if queue.run_now(job):
            self.message_user(request, f"“{job}” is next.", messages.SUCCESS)
        else:
            self.message_user(request, f"“{job}” is running already.", messages.WARNING)
        return self.to_list()

    @method_decorator(require_POST)
    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.steered(request, pk)
        self.tell_cancelled(request, [job] if queue.cancel(job) else [])
        return self.to_list()

    @method_decorator(require_POST)
    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.steered(request, pk)
        queue.again(job, request.user)
        self.message_user(request, f"“{job}” was ordered again.", messages.SUCCESS)
        return self.to_list()

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self.tell_cancelled(request, [job for job in jobs if queue.cancel(job)])

    @admin.action(description="Order again", permissions=["steer"])
    def order_selected_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        for job in jobs:
            queue.again(job, request.user)
        self.message_user(request, f"{len(jobs)} ordered again.", messages.SUCCESS)

    def tell_cancelled(self, request: HttpRequest, jobs: list[Job]) -> None:
        if jobs:
            names = ", ".join(f"“{job}”" for job in jobs)
            self.message_user(request, f"{names}: cancelled. One that runs stops in a moment.", messages.SUCCESS)
        else:
            self.message_user(request, "There was nothing to cancel.", messages.WARNING)

    def steered(self, request: HttpRequest, pk: int) -> Job:
        if not self.may_steer(request):
            raise PermissionDenied
        return get_object_or_404(Job, pk=pk)

    def to_list(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:iiif_images_job_changelist", current_app=self.admin_site.name))

    def may_steer(self, request: HttpRequest) -> bool:
        return request.user.has_perm("iiif_images.change_job")

    has_steer_permission = may_steer

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False


def scheduled() -> QuerySet[Job]:
    return Job.objects.filter(interval_seconds__isnull=False).order_by("machine", "kind")


def may_purge(request: HttpRequest) -> bool:
    return request.user.has_perm("iiif_caching.change_cache")


def state_of(job: Job) -> SafeString:
    """How a job is doing, with a bar where somebody knows how far it is."""
    if job.state == JobState.RUNNING:
        word = "is being cancelled" if job.cancel_requested else "running"
        if job.percent is None:
            done = f", {job.progress_done:,} done" if job.progress_done else ""
            return format_html('<span class="iiif-state">{}{}</span>', word, done)
        bar = '<progress value="{}" max="100" aria-label="How far it is"></progress>'
        return format_html(f'<span class="iiif-state">{{}} {bar} {{}} %</span>', word, job.percent, job.percent)
    # One that is done again and again waits, but what matters is how it went.
    shown = JobState(job.ended_as) if job.interval_seconds and job.ended_as else JobState(job.state)
    return format_html('<span class="iiif-state {}">{}</span>', STYLES.get(shown, ""), shown.label)
