"""Which derivative caches the measured server uses: none while pictures are made, then one after the other."""

from __future__ import annotations

import time

from tests.live import LiveServer, manage

SECONDS_UNTIL_USED = 2.0
"""By then every worker uses what was saved."""

SWITCH = """
from caching.models import Cache
from iiifserver.changes import one_act
with one_act():
    for row in Cache.objects.filter(tier="derivative"):
        row.delete()
    if {kind!r}:
        Cache.objects.create(name="measured", kind={kind!r}, options={options!r})
"""

OPTIONS = {
    "": {},
    "filesystem": {"folder": "", "limit_megabytes": 2000, "limit_files": 500_000},
    "memory": {"limit_megabytes": 200, "limit_entries": 10_000},
}


def use_cache(server: LiveServer, kind: str) -> None:
    """Has the server use one derivative cache of that kind, or none where the kind is empty.

    Raises `OSError` when the server's configuration cannot be changed.
    """
    code = SWITCH.format(kind=kind, options=OPTIONS[kind])
    done = manage(server.home, "shell", "--verbosity", "0", "-c", code)
    if done.returncode:
        raise OSError(f"The caches could not be switched: {done.stderr.strip()}")
    time.sleep(SECONDS_UNTIL_USED)
