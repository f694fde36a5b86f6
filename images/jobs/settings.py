"""What staff can set of maintenance, and of the addresses for programs."""

from __future__ import annotations

from ipaddress import ip_address

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from iiifserver.configured import Singleton

from ..http import networks
from ..validators import validate_networks

HOUR = 3600
DAY = 24 * HOUR


class MaintenanceSettings(Singleton):
    """What the server does by itself to keep its caches in order."""

    cleans = models.BooleanField(
        "cleans up caches",
        default=True,
        help_text="Removes pictures that nobody has asked for longer than their cache keeps them, and has every cache "
        "keep its limits.",
    )
    clean_every_hours = models.PositiveSmallIntegerField(
        "cleans up every", default=6, validators=[MinValueValidator(1), MaxValueValidator(10_000)], help_text="Hours."
    )
    reclaims = models.BooleanField(
        "removes what was purged",
        default=True,
        help_text="What was purged is never given out again. This frees its room where the purge could not: on the "
        "disks of other machines, and in caches that were down.",
    )
    reclaim_every_minutes = models.PositiveSmallIntegerField(
        "removes it every",
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text="Minutes. Costs nothing where nothing was purged.",
    )
    verifies = models.BooleanField(
        "verifies caches",
        default=True,
        help_text="Reads every picture in folders and removes those that a failing disk has damaged. A damaged "
        "picture is never given out, verified or not.",
    )
    verify_every_days = models.PositiveSmallIntegerField(
        "verifies every", default=7, validators=[MinValueValidator(1), MaxValueValidator(1_000)], help_text="Days."
    )
    keeps_jobs_days = models.PositiveSmallIntegerField(
        "keeps ended jobs for",
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text="Days.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "maintenance"

    def intervals(self) -> dict[str, int]:
        """The kinds of jobs that are done by themselves, and every how many seconds."""
        chosen = {
            "clean": self.clean_every_hours * HOUR if self.cleans else 0,
            "reclaim": self.reclaim_every_minutes * 60 if self.reclaims else 0,
            "verify": self.verify_every_days * DAY if self.verifies else 0,
            "records": DAY,
        }
        return {kind: seconds for kind, seconds in chosen.items() if seconds}


class ApiSettings(Singleton):
    """The addresses for programs."""

    tasks_enabled = models.BooleanField(
        "tasks at /tasks",
        default=False,
        help_text="Programs may purge caches as Cantaloupe's HTTP API lets them, with a token or an account.",
    )
    webhook_enabled = models.BooleanField(
        "news at /changed",
        default=False,
        help_text="Programs and object stores may tell, with a token, which images have changed.",
    )
    accounts_allowed = models.BooleanField(
        "accounts",
        default=True,
        help_text="Whether /tasks takes the name and password of an account (HTTP Basic) beside tokens. Only over TLS.",
    )
    metrics_networks = models.TextField(
        "numbers for",
        blank=True,
        validators=[validate_networks],
        help_text="Addresses or networks that may read /metrics and /status without a token, one a line, such as "
        "10.0.0.5 or 10.0.0.0/24. A proxy that is not trusted under HTTP stands for all behind it. Empty: nobody.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "HTTP API"

    def may_read_numbers(self, address: str) -> bool:
        """Whether somebody at this address may read them without a token."""
        try:
            visitor = ip_address(address)
        except ValueError:
            return False
        return any(visitor in network for network in networks(self.metrics_networks.split()))
