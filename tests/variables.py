"""The variables that steer the server; tests start from a machine that has set none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableMapping

PLAIN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "HOST", "PORT", "TLS_CERT", "TLS_KEY", "WORKERS")


def forget_variables(variables: MutableMapping[str, str]) -> None:
    """Remove every variable that the server reads."""
    for name in [name for name in variables if name in PLAIN or name.startswith("IIIFSERVER_")]:
        del variables[name]
