"""The rows that a new installation starts with."""

from __future__ import annotations

from pathlib import Path

from caching.models import Cache
from iiifserver.changes import one_act
from iiifserver.conf import conf
from processors.models import OutputSettings, Processor
from sources.models import Source

from .models import ApplicationSettings, EndpointSettings, HttpSettings

TILES = {"remembered_files": 500, "hands_out_stored_tiles": True}
FILESYSTEM_CACHE = {"folder": "", "limit_megabytes": 2000, "limit_files": 500_000}


def create() -> bool:
    """Makes the rows of a first start, and tells whether this was one.

    On a later start, what staff have set up or deleted stays as it is.
    """
    if EndpointSettings.objects.exists():
        return False
    with one_act(title="First start"):
        create_settings()
        create_source("FilesystemSource", conf.home / "images", position=10)
        if (conf.home / "samples").is_dir():
            create_source("Samples", conf.home / "samples", position=90)
        Processor.objects.create(name="Tiled TIFF", kind="tiles", position=10, options=TILES)
        Processor.objects.create(name="Pillow", kind="pillow", position=20)
        Cache.objects.create(name="Infos", kind="info_memory", options={"max_entries": 10_000})
        Cache.objects.create(name="FilesystemCache", kind="filesystem", options=FILESYSTEM_CACHE)
    return True


def create_settings() -> None:
    for model in (ApplicationSettings, HttpSettings, EndpointSettings, OutputSettings):
        model().save()


def create_source(name: str, folder: Path, position: int) -> None:
    Source.objects.create(
        name=name,
        kind="filesystem",
        position=position,
        options={"path_prefix": f"{folder.resolve()}/", "path_suffix": ""},
    )
