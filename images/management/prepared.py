"""Commands that need the tables."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from iiifserver.configured import ConfigurationModel


class PreparedCommand(BaseCommand):
    """Raises `CommandError` before it begins where the database is not up to date, or the settings are wrong."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if migrations_are_missing():
                raise CommandError("The database is not up to date. Run manage.py migrate first.")
            return super().execute(*args, **options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error


def migrations_are_missing() -> bool:
    """Whether an app of this server has migrations that were not run. Raises `CommandError` without a database."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {error}") from error
    labels = {model._meta.app_label for model in apps.get_models() if issubclass(model, ConfigurationModel)}
    targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
    return bool(executor.migration_plan(targets))
