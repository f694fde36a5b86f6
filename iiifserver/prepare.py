"""The first-run steps: everything that must stand before the first request, safe to repeat."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from environs import Env

from iiifserver import __version__
from iiifserver.refusal import Refusal
from iiifserver.turns import alone
from images import first_rows
from images.samples import write_samples

if TYPE_CHECKING:
    from iiifserver.home import Home

ADMIN_NAME = "admin"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the person at the terminal needs to know; the password only when this call generated it."""

    new_password: str | None


def prepare() -> Prepared:
    """Bring the home and the database up to date; several callers at once take turns."""
    home: Home = settings.ENVIRONMENT.home
    _connect()
    with alone(home):
        _migrate()
        write_samples(home.samples)
        new_password = _create_admin(home)
        first_rows.create_with_groups()
        _collect_static(home)
    return Prepared(new_password=new_password)


def _connect() -> None:
    if connection.vendor == "sqlite":
        _make_private(Path(connection.settings_dict["NAME"]))
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = next(iter(str(error).strip().splitlines()), "no reason given")
        raise Refusal(
            f"The database does not answer ({reason}): start it and see that DATABASE_URL names it."
        ) from error


def _make_private(file: Path) -> None:
    try:
        file.touch(mode=0o600)
    except OSError as error:
        raise Refusal(f"The database file {file} cannot be written: correct DATABASE_URL or the folder.") from error


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def _create_admin(home: Home) -> str | None:
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists() or users.filter(username=ADMIN_NAME).exists():
        return None
    given = Env(expand_vars=False).str("IIIFSERVER_ADMIN_PASSWORD", "")
    password = given or home.secret("admin_password", lambda: secrets.token_urlsafe(12))
    get_user_model().objects.create_superuser(username=ADMIN_NAME, email="", password=password)
    return None if given else password


def _collect_static(home: Home) -> None:
    stamp, digest = home.run / "static.digest", _static_digest()
    is_current = stamp.exists() and stamp.read_text(encoding="ascii") == digest
    if is_current and (home.static / "staticfiles.json").exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest, encoding="ascii")


def _static_digest() -> str:
    digest = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name))
            digest.update(f"{name}\0{file.stat().st_size}\0{file.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
