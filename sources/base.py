"""What a source is. Free of Django at run time."""

from __future__ import annotations

from abc import ABC, abstractmethod

from iiifserver.backend import Backend
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier


class SourceBackend(Backend, ABC):
    """Finds images by identifier and opens their bytes. Used by many threads at once."""

    @abstractmethod
    def find(self, identifier: Identifier) -> Found | None:
        """The image, or `None` when this source does not have it.

        Raises `SourceUnavailable` when the source cannot be asked, `SourceTooSlow` and `SourceNonsense` when it does
        not answer properly, `Forbidden` when it refuses to give the image out.
        """
