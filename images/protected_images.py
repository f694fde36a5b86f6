"""Whether there is an image that a protection names: a slip of the pen would leave open what it is to cover."""

from __future__ import annotations

from typing import Any

from iiifserver.iiif.errors import IIIFError, SourceMissing
from iiifserver.iiif.values import ApiVersion, Identifier, InfoRequest
from overlays.models import Overlay

from .looking_up import asking_about
from .runtime import current_runtime


def look_for_image(sender: Any, *, row: Overlay, **kwargs: Any) -> tuple[str, ...]:
    """Listens to `protection_changed`: a sentence where no image is found that the row would be on."""
    if not (row.enabled and row.identifier):
        return ()
    try:
        source = source_of(row.identifier)
    except SourceMissing:
        return (
            f"No source has an image “{row.identifier}” at present. Look whether that is how it is called; if it comes "
            f"later, “{row}” will be on it.",
        )
    except IIIFError as error:
        return (f"Nobody knows at present whether there is an image “{row.identifier}”: {error.sentence}",)
    if row.source is not None and row.source.name != source:
        return (f"“{row.identifier}” comes from the source “{source}”. “{row}” is only on images of “{row.source}”.",)
    return ()


def source_of(identifier: str) -> str:
    """The name of the source that has the image; raises as `Sources.find` does, or an error of the delegate."""
    asked = InfoRequest(ApiVersion.V3, Identifier(identifier))
    runtime = asking_about(asked, current_runtime())
    return runtime.sources.find(asked.identifier, runtime.consultation).source
