"""What the site's delegate brings to a picture, and what it is told of the file for that. No Django."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from iiifserver.delegates.metadata import Metadata
from iiifserver.iiif.metadata import Embedded, Fields
from iiifserver.watching.work import File, Kind
from processors.encoders import WORD_PLACES
from processors.metadata import fields_of
from processors.xmp import parsed_xmp

if TYPE_CHECKING:
    from iiifserver.delegates.consultation import Consultation
    from iiifserver.iiif.values import RenderPlan
    from overlays.applied import Applied
    from overlays.base import Answer
    from processors.runtime import SourceImage

    from .failed_files.known import Guard

logger = logging.getLogger("iiifserver.delegates")


def with_site_overlays(applied: Applied, answer: Answer, consultation: Consultation) -> Applied:
    """The overlays of the rows, and what the delegate hides and draws. Raises any error of the tree."""
    if hidden := consultation.redactions():
        applied = applied.hiding(hidden, answer)
    wish = consultation.overlay()
    return applied if wish is None else applied.marked(wish, answer, is_required=consultation.requires_overlay)


def site_xmp(source: SourceImage, plan: RenderPlan, consultation: Consultation) -> bytes:
    """The XMP that the delegate has this answer carry; empty where that is left to the settings."""
    if plan.box.extent != source.facts.extent or plan.format not in WORD_PLACES:
        return b""
    text = consultation.metadata()
    return b"" if text is None else sound_xmp(text)


def sound_xmp(text: str) -> bytes:
    """The document anew, with the properties that it has; empty, and a line in the log, where it makes no sense."""
    try:
        block = parsed_xmp(text.encode()).block()
    except (ValueError, ParseError) as error:
        logger.error("The XMP that the delegate returned is not written: %s", error)
        return b""
    if not block:
        logger.error("The XMP that the delegate returned is not written: it has no rdf:RDF with a property.")
    return block


def metadata_of(source: SourceImage, file: File, page: int, guard: Guard) -> Metadata:
    """What the file says of itself, which is read when somebody looks at it."""

    def read() -> tuple[Embedded, Fields]:
        with guard.decoding(file, Kind.WORDS):
            embedded = source.embedded(page)
            return embedded, fields_of(embedded)

    return Metadata(read)
