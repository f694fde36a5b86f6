"""What `manage.py check` says of processors beyond what it says of every role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Info, Tags, register

from iiifserver.backend_checks import enabled_rows
from iiifserver.conf import WrongSetting

from .models import Processor
from .openjpeg_library import NoLibrary, find_library

OPENJPEG = "openjpeg"


@register("iiif", Tags.database)
def check_openjpeg(databases: Any = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Which OpenJPEG library is in use. That there is none is said of the row itself."""
    if not databases or not any(row.kind == OPENJPEG for row in enabled_rows(Processor)):
        return []
    try:
        library = find_library()
    except (NoLibrary, WrongSetting):
        return []
    text = f"JPEG 2000 is decoded with OpenJPEG {library.version}: {library.origin}."
    return [Info(text, id="iiif_processors.I001")]
