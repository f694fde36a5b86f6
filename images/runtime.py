"""All rows of the configuration as one frozen value, rebuilt when they have changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db import connections
from django.dispatch import Signal

from caching.invalidations import apply_new
from caching.keys import digest
from caching.models import Cache
from caching.runtime import Caches, active_caches
from iiifserver.conf import conf
from iiifserver.delegates import Context
from iiifserver.delegates.consultation import Consultation, SiteDelegate, site_delegate
from iiifserver.iiif.features import Capabilities
from iiifserver.times import with_zone
from overlays.models import Overlay
from overlays.runtime import Overlays, active_overlays
from processors.encoders import formats_out
from processors.models import FormatAssignment, OutputSettings, Processor
from processors.output import Output
from processors.runtime import Processors, active_processors
from sources.models import Source
from sources.runtime import ActiveSource, Sources, active_sources

from .client_caching import headers_by_source
from .copies.runtime import active_copies
from .copies.using import Copies
from .descriptions import Descriptions
from .endpoints import Endpoints
from .failed_files.known import Guard
from .failed_files.model import DecodingSettings
from .failed_files.reading import failed_files, reader
from .finding import FreshnessRules
from .gone import active_freshness
from .http import Http
from .metrics import note_look, note_resting, note_revision
from .models import ApplicationSettings, EndpointSettings, HttpSettings, Revision

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
    descriptions: Descriptions = Descriptions()
    output: Output = Output()
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(formats=formats_out()))
    info_settings: str = ""
    """A digest of those settings on which it depends what is found out about an image."""
    freshness: FreshnessRules = FreshnessRules()
    guard: Guard = field(default_factory=Guard)
    copies: Copies = field(default_factory=Copies)
    log_level: str = "INFO"
    delegate: SiteDelegate | None = None
    """The site's own code that decides with us; `None` where there is none."""
    consultation: Consultation | None = None
    """What one request asks the delegate."""

    @property
    def depends_on_visitor(self) -> bool:
        """Whether it matters to an answer who asks."""
        by_site = self.consultation is not None and self.consultation.depends_on_visitor
        return by_site or self.overlays.depends_on_visitor

    def consulting(self, context: Callable[[], Context] = Context) -> Runtime:
        """The same for one request, which asks the delegate; itself where there is none, or where it asks already.

        Raises `DelegateUnavailable`.
        """
        if self.delegate is None or self.consultation is not None:
            return self
        return replace(self, consultation=self.delegate.begin(context()))

    @property
    def field_names(self) -> frozenset[str]:
        """The fields that images are asked for: what they say of themselves."""
        return asked_fields(self.descriptions, self.overlays)

    def newest(self, last_modified: datetime | None) -> datetime | None:
        """When an answer last changed: with the image, or with the settings. `None` when the source cannot say."""
        return max(last_modified, self.changed_at) if last_modified else None


def asked_fields(descriptions: Descriptions, overlays: Overlays) -> frozenset[str]:
    return frozenset(descriptions.mapping.names) | overlays.field_names


def info_settings(processors: Processors, field_names: Iterable[str]) -> str:
    """Differs where the same file may be known otherwise; any other change of settings leaves it as it is."""
    return digest("\0".join((processors.circumstances, *sorted(field_names))))


def newest_revision() -> tuple[int, datetime]:
    """Number and time of the configuration in use; 0 before anything was configured."""
    row = Revision.objects.values_list("number", "created_at").first()
    if row is None:
        return 0, START
    number, created_at = row
    return number, with_zone(created_at)


def build_runtime() -> Runtime:
    """Reads all rows, one query a table, and again if they changed meanwhile: never a mix of two configurations."""
    while True:
        revision = newest_revision()
        runtime = read_runtime(*revision)
        if newest_revision() == revision:
            return runtime


def read_runtime(number: int, created_at: datetime) -> Runtime:
    """All rows as they are now, under this revision."""
    settings = EndpointSettings.current()
    endpoints = settings.frozen()
    descriptions = settings.descriptions()
    http = HttpSettings.current()
    source_rows = list(Source.objects.all())
    output = OutputSettings.current().frozen()
    processors = active_processors(Processor.objects.all(), FormatAssignment.objects.all())
    overlays = active_overlays(Overlay.objects.select_related("source"))
    return Runtime(
        revision=number,
        changed_at=created_at.replace(microsecond=0),
        sources=active_sources(source_rows),
        processors=processors,
        output=output,
        caches=active_caches(Cache.objects.all()),
        overlays=overlays,
        endpoints=endpoints,
        descriptions=descriptions,
        info_settings=info_settings(processors, asked_fields(descriptions, overlays)),
        capabilities=capabilities(endpoints),
        http=replace(http.frozen(), by_source=headers_by_source(http, source_rows)),
        freshness=active_freshness(),
        guard=Guard(failed_files, DecodingSettings.current().frozen()),
        copies=active_copies(output),
        log_level=ApplicationSettings.current().log_level,
        delegate=site_delegate(),
    )


def capabilities(endpoints: Endpoints) -> Capabilities:
    """What this machine writes; it may be another than the one on which staff chose what they prefer."""
    formats = formats_out()
    preferred = tuple(format_ for format_ in endpoints.preferred_formats if format_ in formats)
    return Capabilities(formats=formats, preferred_formats=preferred)


UNREADY = Runtime(sources=Sources((ActiveSource("configuration", None),)))
"""Stands in until the rows can be read for the first time: whatever is asked for is not available at present."""


GRACE_SECONDS = 1.0
"""How much later than it should a worker may look for news while others go on answering."""
LOOK_SECONDS = 10.0
"""How long a database may take to be asked."""
FOR_EVER = -1.0
"""As locks understand it."""


def longest_unlooked_seconds() -> float:
    """After so long every worker has looked for news, or will before it answers anybody."""
    return conf.configuration_poll_seconds + GRACE_SECONDS


def give_up_lost_connections() -> None:
    """Closes what is broken or too old, as at the beginning of a request; not what is in a transaction of the site's,
    which may be going on around whoever asks for the runtime.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


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
        now = self._clock()
        if runtime is not None and now < self._next_look:
            return runtime
        if not self._lock.acquire(timeout=self._patience(runtime, now)):
            return runtime or UNREADY
        try:
            return self._looked_after()
        finally:
            self._lock.release()

    def look_now(self) -> None:
        """Has this process use what is in the database now."""
        with self._lock:
            self._next_look = 0.0
            self._looked_after()

    def _patience(self, runtime: Runtime | None, now: float) -> float:
        """For how many seconds to wait for a thread that is looking: for as long as it takes where there is nothing to
        go on with; else not at all, unless nobody has looked for long, as after a time without requests, when
        something may have been hidden meanwhile.
        """
        if runtime is None:
            return FOR_EVER
        return LOOK_SECONDS if now > self._next_look + GRACE_SECONDS else 0

    def forget(self) -> None:
        """Has the next request read all rows anew."""
        with self._lock:
            self._runtime = None

    def _looked_after(self) -> Runtime:
        if self._runtime is None or self._clock() >= self._next_look:
            self._look()
            note_look()
            self._next_look = self._clock() + conf.configuration_poll_seconds
        return self._runtime or UNREADY

    def _look(self) -> None:
        """Has the newest runtime used from now on. What goes wrong leaves the one in use."""
        try:
            give_up_lost_connections()
            self._use(self._newest())
        # A database that is away; or a fault of ours, of a plug-in or of the site's own code in one row or another, for
        # which nobody shall lose the images that all other rows give.
        except Exception:
            logger.exception("The configuration could not be read.")

    def _newest(self) -> Runtime:
        """Rebuilt if there is a newer revision; else the one in use."""
        runtime = self._runtime
        if runtime is None or newest_revision()[0] != runtime.revision:
            runtime = build_runtime()
        return runtime

    def _use(self, runtime: Runtime) -> None:
        """Has everything heard of the runtime, and of the news that comes without a new one, before it is used."""
        if runtime is not self._runtime:
            runtime_changed.send(Runtime, runtime=runtime)
            reader.forget()
        apply_new(runtime.caches)
        reader.look()
        note_resting(runtime.sources.resting_servers())
        self._runtime = runtime
        note_revision(runtime.revision)


keeper = RuntimeKeeper()
current_runtime = keeper.current


def with_other_protections(used: Runtime) -> Runtime | None:
    """The newest runtime, if it hides something else than the one that has been used; `None` if it does not."""
    newest = keeper.current()
    return newest if newest.overlays.protections != used.overlays.protections else None
