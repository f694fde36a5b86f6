"""`manage.py serve`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand

from iiifserver.environment import WILDCARDS, host_name
from iiifserver.listening import Address
from iiifserver.refusal import Refusal
from iiifserver.serve import Serving, serve

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Runs the production server."""

    help = "Prepare the home and the database, then serve images until a signal ends it."
    # The checks may look at tables that the preparation is about to create.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        environment = settings.ENVIRONMENT
        parser.add_argument("--host", default=environment.host, help="address to listen on (variable HOST)")
        parser.add_argument("--port", default=environment.port, help="port, 0 for any free one (variable PORT)")
        parser.add_argument("--workers", default=environment.workers, help="processes (variable WORKERS)")
        parser.add_argument("--no-jobs", action="store_true", help="start no job runner (see iiif_jobs)")
        parser.add_argument("--no-prepare", action="store_true", help="skip the steps of iiif_prepare")

    def handle(self, *args: Any, **options: Any) -> None:
        address = Address(options["host"].strip(), _number("--port", options["port"], 0, 65535))
        workers = _number("--workers", options["workers"], 1, 1024)
        if address.host not in WILDCARDS:
            # HOST is known to the settings; --host is known only here.
            settings.ALLOWED_HOSTS.append(host_name(address.host))
        serving = Serving(
            address=address,
            workers=workers,
            prepares=not options["no_prepare"],
            does_jobs=not options["no_jobs"],
        )
        serve(serving, self._tell)

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        # The workers are forked next: what stays in the buffer would be printed by each of them.
        self.stdout.flush()


def _number(option: str, written: str | int, at_least: int, at_most: int) -> int:
    try:
        number = int(written)
    except ValueError:
        number = -1
    if not at_least <= number <= at_most:
        raise Refusal(f"{option} is {written!r}: write a number from {at_least} to {at_most}, or leave it out.")
    return number
