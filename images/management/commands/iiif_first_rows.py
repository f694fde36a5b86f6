"""`manage.py iiif_first_rows`: what a new installation starts with, for sites that have the service built in."""

from __future__ import annotations

from typing import Any

from images import first_rows
from images.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = (
        "Makes the home's folders, and the rows and groups that a new installation starts with. "
        "Safe to repeat: what is there is left as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if first_rows.begin():
            self.stdout.write("The first rows and groups are made.")
        else:
            self.stdout.write("There are rows already: nothing was changed.")
