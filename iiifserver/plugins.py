"""Every name that the author of a plug-in needs. What is imported from here stays where it is."""

from __future__ import annotations

from caching.base import (
    MEGABYTE,
    CacheUnavailable,
    DerivativeCache,
    Entry,
    InfoCache,
    Judge,
    KeptFile,
    SourceCache,
    Swept,
    Usage,
)
from caching.folder_store import folder_of as cache_folder
from caching.keys import CacheKey
from caching.stamp import Stamp
from overlays.base import Answer, Cover, Overlay, fingerprint_of
from processors.base import Processor, Raster, check_page, damage_is_unreadable
from processors.capabilities import Feature, Library
from processors.limits import check_decodable
from sources.base import FolderEntry, Matches, Place, SourceBackend, Traffic
from sources.folders import is_allowed

from .backend import Backend, BackendError
from .iiif.errors import (
    AlreadyThere,
    BadRequest,
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
from .iiif.source_formats import Family, SourceFormat
from .iiif.values import Box, Extent, Identifier, Level, Quality, RenderPlan, SourceFacts
from .secrets import SecretField

__all__ = [
    "MEGABYTE",
    "AlreadyThere",
    "Answer",
    "Backend",
    "BackendError",
    "BadRequest",
    "Box",
    "CacheKey",
    "CacheUnavailable",
    "Cover",
    "DerivativeCache",
    "Entry",
    "Extent",
    "Family",
    "Feature",
    "FolderEntry",
    "Forbidden",
    "Format",
    "Found",
    "IIIFError",
    "Identifier",
    "ImageTooLarge",
    "InfoCache",
    "Judge",
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
    "SourceFormat",
    "SourceMissing",
    "SourceNonsense",
    "SourceReplaced",
    "SourceTooSlow",
    "SourceUnavailable",
    "Stamp",
    "Swept",
    "Traffic",
    "Unreadable",
    "Usage",
    "cache_folder",
    "check_decodable",
    "check_page",
    "damage_is_unreadable",
    "fingerprint_of",
    "is_allowed",
]
