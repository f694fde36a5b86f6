"""Sources are asked in the background, while what is known of an image is still given out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from iiifserver.iiif.errors import IIIFError

logger = logging.getLogger("iiifserver.sources")

MOST_AT_ONCE = 4
"""Threads, of one source in one process. Who finds none free leaves the check to whoever asks next."""


class Checks:
    """Few checks at once, and one of each name."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    def begin(self, name: str, check: Callable[[], None]) -> bool:
        """Has a thread do the check, unless it is being done, or too many others are; whether it does."""
        with self._lock:
            if name in self._under_way or len(self._under_way) >= self._most:
                return False
            self._under_way.add(name)
        # A source that does not answer must not keep a worker from ending.
        threading.Thread(target=self._do, args=(name, check), name="freshness", daemon=True).start()
        return True

    def _do(self, name: str, check: Callable[[], None]) -> None:
        try:
            check()
        except IIIFError as error:
            logger.warning("An image could not be checked in the background: %s", error)
        # Nobody waits for it, so that nobody else would learn of the fault.
        except Exception:
            logger.exception("An image could not be checked in the background.")
        finally:
            with self._lock:
                self._under_way.discard(name)
