"""The settings of the server, with addresses of tiles answered by a bare view."""

from __future__ import annotations

from iiifserver.settings import *  # noqa: F403

ROOT_URLCONF = "bench.plain_urls"
