"""The files that failed, and how long a file may be decoded."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from iiifserver.configured import Singleton
from iiifserver.times import with_zone
from iiifserver.watching.work import Limits

from .known import Known, Reason

SUSPECTED_FOR = timedelta(minutes=10)
MOST_ROWS = 1000


class DecodingSettings(Singleton):
    """How long a file may be decoded, and what follows when it takes longer."""

    seconds = models.PositiveSmallIntegerField(
        "time limit",
        default=60,
        validators=[MinValueValidator(2), MaxValueValidator(3600)],
        help_text="Seconds for which one request may decode an image. Then its process is ended and another one begun, "
        "and the image is not read again for a while. Waiting for a source or for a turn does not count.",
    )
    large_seconds = models.PositiveSmallIntegerField(
        "time limit for large images",
        default=300,
        validators=[MinValueValidator(2), MaxValueValidator(3600)],
        help_text="The same for images of which more than eight million pixels must be decoded at once.",
    )
    retry_hours = models.PositiveSmallIntegerField(
        "tries slow images again after",
        default=24,
        validators=[MaxValueValidator(8760)],
        help_text="Hours. 0: only when the file has changed, or when somebody has cleared it from the list.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "time limits"

    def frozen(self) -> Limits:
        """The row as requests use it."""
        return Limits(seconds=self.seconds, large_seconds=max(self.seconds, self.large_seconds))


class FailedFile(models.Model):
    """A file, as long as its bytes stay what they are, that ended a process or took too long."""

    class State(models.TextChoices):
        CRASHED = Reason.CRASHED.value, "crashed"
        SLOW = Reason.SLOW.value, "too slow"
        SUSPECT = Reason.SUSPECT.value, "under suspicion"

    digest = models.CharField(max_length=32, unique=True, editable=False)
    identifier = models.TextField()
    version = models.TextField(help_text="Tells these bytes of the file from earlier and later ones.")
    reason = models.CharField(max_length=10, choices=State)
    times = models.PositiveIntegerField("how often", default=0)
    first_at = models.DateTimeField("for the first time", default=timezone.now)
    last_at = models.DateTimeField("for the last time", default=timezone.now)
    message = models.TextField("what happened")

    class Meta:
        ordering = ("-last_at", "-pk")
        default_permissions = ("view", "delete")
        verbose_name = "file that failed"
        verbose_name_plural = "files that failed"

    def __str__(self) -> str:
        return self.identifier

    def until(self, retry_hours: int) -> datetime | None:
        """When it is tried again like any other; `None` when only staff or a new version make it so."""
        if self.reason == self.State.SUSPECT:
            return self.last_at + SUSPECTED_FOR
        if self.reason == self.State.SLOW and retry_hours:
            return self.last_at + timedelta(hours=retry_hours)
        return None

    def known(self, retry_hours: int) -> Known:
        until = self.until(retry_hours)
        return Known(Reason(self.reason), with_zone(until).timestamp() if until else None)
