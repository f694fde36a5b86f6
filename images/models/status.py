"""A place in the admin for the Status page."""

from __future__ import annotations

from django.db import models


class Status(models.Model):
    """Stands for the Status page in the admin, so that it has a place in the list and a permission; has no table."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = verbose_name_plural = "status"

    def __str__(self) -> str:
        return "Status"
