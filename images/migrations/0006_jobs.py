from __future__ import annotations

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import images.validators


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0005_lenient_endpoints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobRunner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, unique=True)),
                ("machine", models.CharField(max_length=100)),
                ("host", models.CharField(max_length=200)),
                ("process", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("heartbeat_at", models.DateTimeField()),
                ("is_leader", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("machine", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("holder", models.CharField(max_length=120)),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ApiSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "tasks_enabled",
                    models.BooleanField(
                        default=False,
                        help_text="Programs may purge caches as Cantaloupe's HTTP API lets them, with a token or an account.",
                        verbose_name="tasks at /tasks",
                    ),
                ),
                (
                    "webhook_enabled",
                    models.BooleanField(
                        default=False,
                        help_text="Programs and object stores may tell, with a token, which images have changed.",
                        verbose_name="news at /changed",
                    ),
                ),
                (
                    "accounts_allowed",
                    models.BooleanField(
                        default=True,
                        help_text="Whether /tasks takes the name and password of an account (HTTP Basic) beside tokens. Only over TLS.",
                        verbose_name="accounts",
                    ),
                ),
                (
                    "metrics_networks",
                    models.TextField(
                        blank=True,
                        help_text="Addresses or networks that may read /metrics and /status without a token, one a line, such as 10.0.0.5 or 10.0.0.0/24. A proxy that is not trusted under HTTP stands for all behind it. Empty: nobody.",
                        validators=[images.validators.validate_networks],
                        verbose_name="numbers for",
                    ),
                ),
            ],
            options={
                "verbose_name": "HTTP API",
                "verbose_name_plural": "HTTP API",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="iiif_images_apisettings_is_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="Who uses it, such as “catalogue”.", max_length=100, unique=True)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "may_purge",
                    models.BooleanField(default=True, help_text="May purge caches at /tasks.", verbose_name="tasks"),
                ),
                (
                    "may_tell_changes",
                    models.BooleanField(
                        default=False, help_text="May tell at /changed what has changed.", verbose_name="news"
                    ),
                ),
                (
                    "may_read_numbers",
                    models.BooleanField(
                        default=False, help_text="May read /metrics and /status.", verbose_name="numbers"
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, help_text="Empty: never.", null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="MaintenanceSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "cleans",
                    models.BooleanField(
                        default=True,
                        help_text="Removes pictures that nobody has asked for longer than their cache keeps them, and has every cache keep its limits.",
                        verbose_name="cleans up caches",
                    ),
                ),
                (
                    "clean_every_hours",
                    models.PositiveSmallIntegerField(
                        default=6,
                        help_text="Hours.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="cleans up every",
                    ),
                ),
                (
                    "reclaims",
                    models.BooleanField(
                        default=True,
                        help_text="What was purged is never given out again. This frees its room where the purge could not: on the disks of other machines, and in caches that were down.",
                        verbose_name="removes what was purged",
                    ),
                ),
                (
                    "reclaim_every_minutes",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="Minutes. Costs nothing where nothing was purged.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="removes it every",
                    ),
                ),
                (
                    "verifies",
                    models.BooleanField(
                        default=True,
                        help_text="Reads every picture in folders and removes those that a failing disk has damaged. A damaged picture is never given out, verified or not.",
                        verbose_name="verifies caches",
                    ),
                ),
                (
                    "verify_every_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Days.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="verifies every",
                    ),
                ),
                (
                    "keeps_jobs_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="Days.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="keeps ended jobs for",
                    ),
                ),
            ],
            options={
                "verbose_name": "maintenance",
                "verbose_name_plural": "maintenance",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="iiif_images_maintenancesettings_is_single"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("arguments", models.JSONField(default=dict)),
                (
                    "machine",
                    models.CharField(blank=True, help_text="Who alone may do it; empty for any.", max_length=100),
                ),
                ("interval_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True, default=django.utils.timezone.now, null=True, verbose_name="next run"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("runner", models.CharField(blank=True, max_length=120)),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="last run")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("progress_done", models.PositiveBigIntegerField(default=0)),
                ("progress_total", models.PositiveBigIntegerField(default=0)),
                (
                    "position",
                    models.JSONField(blank=True, help_text="Where to go on after an interruption.", null=True),
                ),
                (
                    "last_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("outcome", models.TextField(blank=True)),
                ("freed_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["state", "due_at"], name="iiif_job_due")],
            },
        ),
    ]
