"""Jobs, the runners that do them, and who of these leads."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from iiifserver.conf import conf

RUNNER_DEAD_AFTER = timedelta(seconds=30)
"""A runner that gave no sign for so long is dead, and its jobs are taken up by others."""


class JobState(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class Job(models.Model):
    """A piece of work: done once, or again and again where it has an interval. Not part of the configuration."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    machine = models.CharField(max_length=100, blank=True, help_text="Who alone may do it; empty for any.")
    interval_seconds = models.PositiveIntegerField(null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField("next run", default=timezone.now, null=True, blank=True)

    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    runner = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True, help_text="To the site's own workers.")
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    started_at = models.DateTimeField("last run", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)

    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    position = models.JSONField(null=True, blank=True, help_text="Where to go on after an interruption.")
    last_state = models.CharField(max_length=10, choices=JobState, blank=True)
    outcome = models.TextField(blank=True)
    freed_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["state", "due_at"], name="iiif_job_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What is done, in words."""
        # The kinds import the bodies, and these import this module.
        from .kinds import title_of

        return title_of(self)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def percent(self) -> int | None:
        """How far it is; `None` where nobody knows."""
        if not self.progress_total:
            return None
        return min(100, 100 * self.progress_done // self.progress_total)

    @property
    def ended_as(self) -> str:
        """How it last ended; empty before it did for the first time."""
        return self.state if self.has_ended else self.last_state


class JobRunner(models.Model):
    """A process that does jobs, one for each machine."""

    name = models.CharField(max_length=120, unique=True)
    machine = models.CharField(max_length=100)
    host = models.CharField(max_length=200)
    process = models.PositiveIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    heartbeat_at = models.DateTimeField()
    is_leader = models.BooleanField(default=False)

    class Meta:
        ordering = ("machine", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        return alive_since() < self.heartbeat_at <= no_sooner_than()


class Lease(models.Model):
    """Something that one runner of all has for a while."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=120)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


def alive_since() -> datetime:
    """Who gave a sign after this time is alive."""
    return timezone.now() - RUNNER_DEAD_AFTER


def no_sooner_than() -> datetime:
    """Who gave a sign after this time, which is yet to come, gave it before the clock was set back, and none since."""
    return timezone.now() + RUNNER_DEAD_AFTER


def gives_signs() -> models.Q:
    """Those rows whose process is alive."""
    return models.Q(heartbeat_at__gt=alive_since(), heartbeat_at__lte=no_sooner_than())


def live_runners() -> models.QuerySet[JobRunner]:
    return JobRunner.objects.filter(gives_signs())


def somebody_does_jobs() -> bool:
    """Whether a runner gives signs, or the site has named workers of its own."""
    return bool(conf.task_backend) or live_runners().exists()
