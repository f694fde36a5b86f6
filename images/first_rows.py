"""The rows that a new installation starts with."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from caching.models import Cache, FreshnessSettings
from caching.registry import caches
from iiifserver.changes import one_act
from iiifserver.conf import conf
from iiifserver.iiif.source_formats import FORMAT_NAMES, PICTURES
from iiifserver.turns import alone
from processors.capabilities import Library
from processors.models import OutputSettings, Processor
from processors.registry import processors
from sources.folders import as_written
from sources.models import Source

from .copies.model import WorkingCopySettings
from .failed_files.model import DecodingSettings
from .groups import create_groups
from .jobs.machine import made_home
from .jobs.settings import ApiSettings, MaintenanceSettings
from .models import ApplicationSettings, EndpointSettings, HttpSettings
from .runtime import keeper

TILES = {"remembered_files": 500, "hands_out_stored_tiles": True}
PROCESSORS = ("tiles", "openjpeg", "vips", "pillow", "jpegxl", "pdf", "svg", "raw", "video")
"""The kinds that a new installation has, in the order in which they are asked."""

INFO_CACHE = {"folder": "", "limit_megabytes": 500, "limit_files": 100_000}
FILESYSTEM_CACHE = {"folder": "", "limit_megabytes": 2000, "limit_files": 500_000}
SOURCE_CACHE = {"folder": "", "limit_megabytes": 10_000, "limit_files": 100_000}
CACHES = (
    ("Infos", "info_memory", 10, {"max_entries": 10_000}),
    ("Infos on disk", "info_filesystem", 20, INFO_CACHE),
    ("FilesystemCache", "filesystem", 10, FILESYSTEM_CACHE),
    ("Source files", "source_filesystem", 10, SOURCE_CACHE),
)
"""Name, kind, order and options of the caches that a new installation has."""


def begin() -> bool:
    """Makes the home's folders, and the rows and groups of a first start, which this process then uses at once; tells
    whether it was one. Several that do it at once take turns.
    """
    with alone(made_home()):
        is_first = create_with_groups()
    if is_first:
        keeper.forget()
    return is_first


def create_with_groups() -> bool:
    """Makes the rows and groups of a first start, all or none, and tells whether this was one. For those whose turn it
    is.
    """
    with transaction.atomic():
        is_first = create()
        if is_first:
            create_groups()
    return is_first


def create() -> bool:
    """Makes the rows of a first start, and tells whether this was one.

    On a later start, what staff have set up or deleted stays as it is.
    """
    if EndpointSettings.objects.exists():
        return False
    with one_act(title="First start"):
        create_settings()
        create_source("FilesystemSource", conf.home / "images", position=10, formats=FORMAT_NAMES)
        if (conf.home / "samples").is_dir():
            create_source("Samples", conf.home / "samples", position=90, formats=PICTURES)
        create_processors()
        create_caches()
    return True


def create_settings() -> None:
    for model in (
        *(ApplicationSettings, HttpSettings, EndpointSettings, OutputSettings, FreshnessSettings),
        *(MaintenanceSettings, ApiSettings, DecodingSettings, WorkingCopySettings),
    ):
        model().save()


def create_caches() -> None:
    for name, kind, position, options in CACHES:
        if kind in caches:
            Cache.objects.create(name=name, kind=kind, position=position, options=options)


def create_processors() -> None:
    """Every kind whose libraries are there, the quickest first."""
    for position, kind in enumerate(PROCESSORS, 1):
        if kind in processors and all(library.is_there for library in needed_libraries(kind)):
            options = TILES if kind == "tiles" else {}
            Processor.objects.create(
                name=processors.get(kind).label, kind=kind, position=10 * position, options=options
            )


def needed_libraries(kind: str) -> list[Library]:
    """What must be installed for a kind to read anything."""
    return [library for library in processors.get(kind).libraries if library.formats is None]


def create_source(name: str, folder: Path, position: int, formats: Iterable[str]) -> None:
    Source.objects.create(
        name=name,
        kind="filesystem",
        position=position,
        formats=sorted(formats),
        options={"path_prefix": as_written(folder)},
    )
