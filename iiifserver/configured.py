"""What the rows of every role have in common."""

from __future__ import annotations

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models

from .changes import note_change, one_act


class ConfigurationModel(models.Model):
    """A row that is part of the configuration: each change of one is told to whoever listens."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with one_act():
            verb = "Added" if self._state.adding else "Changed"
            super().save(*args, **kwargs)
            note_change(self, verb)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with one_act():
            note_change(self, "Deleted")
            return super().delete(*args, **kwargs)


class ConfiguredBackend(ConfigurationModel):
    """One backend as staff have set it up: what all kinds share as columns, the kind's own options as JSON."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=50, help_text="Chosen once, when the row is added.")
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(
        "order", default=10, validators=[MinValueValidator(1)], help_text="Lower numbers come first."
    )
    options = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Singleton(ConfigurationModel):
    """Settings of which there is exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="%(app_label)s_%(class)s_is_single")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> Self:
        """The one row, or an unsaved one with every default."""
        return cls._default_manager.first() or cls()
