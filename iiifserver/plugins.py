"""Every name that the author of a plug-in needs. What is imported from here stays where it is."""

from __future__ import annotations

from caching.base import CacheUnavailable, DerivativeCache, InfoCache, KeptFile, SourceCache, Usage
from caching.keys import CacheKey
from caching.stamp import Stamp
from overlays.base import Answer, Cover, Overlay, fingerprint_of
from processors.base import Processor, Raster, damage_is_unreadable
from processors.capabilities import Feature, Library
from sources.base import FolderEntry, Matches, Place, SourceBackend, Traffic
from sources.folders import is_allowed

from .backend import Backend, BackendError
from .iiif.errors import (
    AlreadyThere,
    Forbidden,
    IIIFError,
    ImageTooLarge,
    Overloaded,
    SourceMissing,
    SourceNonsense,
    SourceReplaced,
    SourceTooSlow,
    SourceUnavailable,
    Unreadable,
)
from .iiif.formats import Format
from .iiif.found import Found
from .iiif.values import Box, Extent, Identifier, Level, Quality, RenderPlan, SourceFacts
from .secrets import SecretField

__all__ = [
    "AlreadyThere",
    "Answer",
    "Backend",
    "BackendError",
    "Box",
    "CacheKey",
    "CacheUnavailable",
    "Cover",
    "DerivativeCache",
    "Extent",
    "Feature",
    "FolderEntry",
    "Forbidden",
    "Format",
    "Found",
    "IIIFError",
    "Identifier",
    "ImageTooLarge",
    "InfoCache",
    "KeptFile",
    "Level",
    "Library",
    "Matches",
    "Overlay",
    "Overloaded",
    "Place",
    "Processor",
    "Quality",
    "Raster",
    "RenderPlan",
    "SecretField",
    "SourceBackend",
    "SourceCache",
    "SourceFacts",
    "SourceMissing",
    "SourceNonsense",
    "SourceReplaced",
    "SourceTooSlow",
    "SourceUnavailable",
    "Stamp",
    "Traffic",
    "Unreadable",
    "Usage",
    "damage_is_unreadable",
    "fingerprint_of",
    "is_allowed",
]
