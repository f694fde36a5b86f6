"""`manage.py iiif_prepare`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from iiifserver.prepare import ADMIN_NAME, prepare


class Command(BaseCommand):
    """Does the first-run steps and stops."""

    help = (
        "Bring the home and the database up to date: migrations, sample images, administrator, first rows, "
        "static files. Safe to repeat, and when several start at once."
    )
    # The checks may look at tables that this command is about to create.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        new_password = prepare().new_password
        if new_password is not None:
            self.stdout.write(f"User name {ADMIN_NAME}, password {new_password} (shown this once).")
