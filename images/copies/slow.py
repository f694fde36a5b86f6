"""Which images are slow: noted from real requests, a few of them at most, so that nobody waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cachetools import LRUCache
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from ..jobs.model import ENDED
from .examined import Examined
from .model import MOST_ROWS, SlowImage, row_digest

logger = logging.getLogger("iiifserver.copies")

SECONDS_BETWEEN_NOTES = 1.0
SECONDS_BETWEEN_NOTES_OF_ONE = 30.0
REMEMBERED = 1000


class Sampler:
    """Lets one note a second pass, and one of each image every half minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._next_of: LRUCache[tuple[str, int], float] = LRUCache(REMEMBERED)

    def takes(self, image: Examined) -> bool:
        now, name = self._clock(), (image.identifier, image.page)
        with self._lock:
            if now < self._next or now < self._next_of.get(name, 0.0):
                return False
            self._next = now + SECONDS_BETWEEN_NOTES
            self._next_of[name] = now + SECONDS_BETWEEN_NOTES_OF_ONE
            return True


sampler = Sampler()
"""That of this process."""


def note_slow_read(image: Examined, seconds: float) -> None:
    """Notes that a picture of the image took so long to read, unless others were noted just now. Never fails."""
    if not sampler.takes(image):
        return
    try:
        with transaction.atomic():
            row = row_of(image)
            row.times += 1
            row.milliseconds = max(row.milliseconds, round(1000 * seconds))
            row.last_at = timezone.now()
            row.save()
    except DatabaseError:
        logger.exception("A slow image could not be noted.")


def row_of(image: Examined) -> SlowImage:
    """The row of the page as it is now, locked where there was one; what was known of earlier bytes is forgotten."""
    digest = row_digest(image.identifier, image.page)
    row = SlowImage.objects.select_for_update(of=("self",)).select_related("job").filter(digest=digest).first()
    if row is None:
        forget_some()
        row = SlowImage(digest=digest, identifier=printable(image.identifier), page=image.page)
    if row.version != image.version:
        row.times = row.milliseconds = 0
        row.before_milliseconds = row.after_milliseconds = None
    row.version, row.source, row.format_name = image.version, image.source[:100], image.facts.format_name
    row.width, row.height, row.reason = image.facts.extent.width, image.facts.extent.height, image.reason
    return row


def printable(text: str) -> str:
    """What every database keeps."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def forget_some() -> None:
    """The oldest rows where there are too many; those under way stay."""
    idle = SlowImage.objects.filter(Q(job=None) | Q(job__state__in=ENDED))
    too_many = SlowImage.objects.count() - MOST_ROWS + 1
    if too_many > 0:
        oldest = list(idle.order_by("last_at").values_list("pk", flat=True)[:too_many])
        SlowImage.objects.filter(pk__in=oldest).delete()


def record_copy(image: Examined, size: int, before_milliseconds: float, after_milliseconds: float) -> None:
    """Notes that the image has a copy, and what it brings."""
    with transaction.atomic():
        row = row_of(image)
        row.copied_version, row.copy_bytes = image.version, size
        row.before_milliseconds, row.after_milliseconds = round(before_milliseconds), after_milliseconds
        row.save()
