"""The program itself."""

from __future__ import annotations

from django.db import models

from iiifserver.configured import Singleton


class ApplicationSettings(Singleton):
    """The program itself."""

    class LogLevel(models.TextChoices):
        DEBUG = "DEBUG", "everything, for finding faults"
        INFO = "INFO", "what happens"
        WARNING = "WARNING", "what may need a look"
        ERROR = "ERROR", "what failed"

    log_level = models.CharField(
        max_length=10,
        choices=LogLevel,
        default=LogLevel.INFO,
        help_text="How much the server writes to its log: the file logs/iiifserver.log in its home.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "application"
