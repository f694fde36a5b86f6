"""What the person at the terminal reads when the server is up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DatabaseError

from iiifserver.prepare import ADMIN_NAME, Prepared
from sources.served_folders import served_folders

if TYPE_CHECKING:
    from iiifserver.environment import Environment
    from iiifserver.home import Home
    from iiifserver.listening import Address


def announcement(environment: Environment, address: Address, prepared: Prepared, folders: list[Path]) -> str:
    """Addresses, the account of the first start, and the folders that are read."""
    base = str(environment.public_url or address.url(is_tls=environment.tls is not None))
    samples = environment.home.samples.resolve()
    own = [folder for folder in folders if folder.resolve() != samples]
    rows = (
        ("Landing page", f"{base}/"),
        *(_sample_rows(base) if len(own) < len(folders) else ()),
        ("Admin", f"{base}/admin/"),
        ("User name", ADMIN_NAME),
        ("Password", _password_hint(environment.home, prepared)),
    )
    table = "\n".join(f"  {name:<14}{value}" for name, value in rows)
    return f"\nThe IIIF image server is up.\n\n{table}\n\n{_images_hint(own)} Ctrl+C stops the server.\n"


def folders_to_announce() -> list[Path]:
    """The folders that sources read; none where the database does not answer, which must not keep a server down."""
    try:
        return served_folders()
    except DatabaseError:
        return []


def _sample_rows(base: str) -> tuple[tuple[str, str], ...]:
    sample = f"{base}/iiif/3/deep-zoom.tif"
    return ("Sample", f"{sample}/info.json"), ("", f"{sample}/full/1200,/0/default.jpg")


def _password_hint(home: Home, prepared: Prepared) -> str:
    file = home.keys / "admin_password"
    if prepared.new_password is not None:
        return f"{prepared.new_password}   (shown this once; kept in {file})"
    return f"the one in {file}, unless changed since" if file.exists() else "the one given on the first start"


def _images_hint(folders: list[Path]) -> str:
    if not folders:
        return "Which images are served is set up in the admin, under Sources."
    return f"Images in {' and '.join(map(str, folders))} are served at once."
