"""libvips, loaded when it is first needed and then tamed: few threads, no memory of earlier operations, and none of the
loaders that its authors call unfit for files of strangers.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

OLDEST_VERSION = (8, 18, 3)
"""Older ones have known holes that a hostile file can use."""

INSTALL = 'pip install --upgrade "pyvips[binary]"'

THREADS = 2
"""For each picture. Several pictures are made at once, each by a thread of the server."""


class NoVips(Exception):
    """There is no libvips that can be used; the message is a sentence for staff."""


@lru_cache(maxsize=1)
def vips() -> Any:
    """The module `pyvips`; raises `NoVips`."""
    try:
        pyvips = import_module("pyvips")
    except (ImportError, OSError) as error:
        raise NoVips(f"libvips is missing. Bring it with: {INSTALL}") from error
    found = tuple(pyvips.version(part) for part in range(3))
    if found < OLDEST_VERSION:
        raise NoVips(
            f"libvips {in_words(found)} has known security holes: {in_words(OLDEST_VERSION)} or newer is needed. "
            f"Bring it with: {INSTALL}"
        )
    pyvips.block_untrusted_set(True)
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(THREADS)
    return pyvips


def in_words(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
