"""All rows of the configuration as one frozen value, rebuilt when they have changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import DatabaseError, close_old_connections
from django.dispatch import Signal

from caching.invalidations import apply_new
from caching.models import Cache
from caching.runtime import Caches, active_caches
from iiifserver.conf import conf
from iiifserver.iiif.features import Capabilities
from overlays.models import Overlay
from overlays.runtime import Overlays, active_overlays
from processors.encoders import formats_out
from processors.models import FormatAssignment, OutputSettings, Processor
from processors.output import Output
from processors.runtime import Processors, active_processors
from sources.models import Source
from sources.runtime import ActiveSource, Sources, active_sources

from .endpoints import Endpoints
from .http import Http
from .metrics import note_revision
from .models import ApplicationSettings, EndpointSettings, HttpSettings, Revision
from .policy import Policy

logger = logging.getLogger("iiifserver.images")

runtime_changed = Signal()
"""Sent in each process when it begins to use another configuration. Argument: `runtime`."""

START = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The settings that one request uses from its beginning to its end."""

    revision: int = 0
    changed_at: datetime = START
    """When the settings last changed."""
    sources: Sources = Sources(())
    processors: Processors = Processors(())
    caches: Caches = field(default_factory=Caches)
    overlays: Overlays = Overlays()
    endpoints: Endpoints = Endpoints()
    http: Http = Http()
    output: Output = Output()
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(formats=formats_out()))
    policy: Policy = field(default_factory=Policy)
    log_level: str = "INFO"

    def newest(self, last_modified: datetime | None) -> datetime | None:
        """When an answer last changed: with the image, or with the settings. `None` when the source cannot say."""
        return max(last_modified, self.changed_at) if last_modified else None


def newest_revision() -> tuple[int, datetime]:
    """Number and time of the configuration in use; 0 before anything was configured."""
    row = Revision.objects.values_list("number", "created_at").first()
    return row or (0, START)


def build_runtime() -> Runtime:
    """Reads all rows, one query a table, and again if they changed meanwhile: never a mix of two configurations."""
    while True:
        revision = newest_revision()
        runtime = read_runtime(*revision)
        if newest_revision() == revision:
            return runtime


def read_runtime(number: int, created_at: datetime) -> Runtime:
    """All rows as they are now, under this revision."""
    return Runtime(
        revision=number,
        changed_at=created_at.replace(microsecond=0),
        sources=active_sources(Source.objects.all()),
        processors=active_processors(Processor.objects.all(), FormatAssignment.objects.all()),
        output=OutputSettings.current().frozen(),
        caches=active_caches(Cache.objects.all()),
        overlays=active_overlays(Overlay.objects.all()),
        endpoints=EndpointSettings.current().frozen(),
        http=HttpSettings.current().frozen(),
        log_level=ApplicationSettings.current().log_level,
    )


UNREADY = Runtime(sources=Sources((ActiveSource("configuration", None),)))
"""Stands in until the rows can be read for the first time: whatever is asked for is not available at present."""


class RuntimeKeeper:
    """Holds the newest `Runtime` of this process and looks, now and then, whether there is a newer one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._runtime: Runtime | None = None
        self._next_look = 0.0

    def current(self) -> Runtime:
        """The runtime to use for a whole request. At most one query every few seconds, by one thread."""
        runtime = self._runtime
        if runtime is not None and self._clock() < self._next_look:
            return runtime
        if runtime is not None and not self._lock.acquire(blocking=False):
            return runtime
        if runtime is None:
            self._lock.acquire()
        try:
            return self._looked_after()
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Has the next request read all rows anew."""
        with self._lock:
            self._runtime = None

    def _looked_after(self) -> Runtime:
        runtime = self._runtime
        if runtime is None or self._clock() >= self._next_look:
            runtime = self._newest(runtime)
            self._next_look = self._clock() + conf.configuration_poll_seconds
        return runtime

    def _newest(self, runtime: Runtime | None) -> Runtime:
        """Rebuilt if there is a newer revision; when the database cannot be asked, the one in use stays."""
        try:
            close_old_connections()
            if runtime is None or newest_revision()[0] != runtime.revision:
                runtime = build_runtime()
                runtime_changed.send(Runtime, runtime=runtime)
                note_revision(runtime.revision)
            apply_new(runtime.caches)
            self._runtime = runtime
        except DatabaseError:
            logger.exception("The configuration could not be read.")
        return runtime or UNREADY


keeper = RuntimeKeeper()
current_runtime = keeper.current
