"""What the sources have in common whose images are objects under keys. Free of Django at run time."""

from __future__ import annotations

from abc import abstractmethod
from typing import BinaryIO

from iiifserver.iiif.errors import Forbidden
from iiifserver.outbound.deadlines import time_limit

from ..base import FolderEntry, Place
from ..putting import is_fit_for_a_file
from .key_target import Pace, Target, put_object
from .names import is_key
from .source import RemoteSource


class KeySource(RemoteSource):
    """Takes a name for a key, and for a folder what stands in keys before a slash."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """What the row's own bucket or container fails together with."""

    @abstractmethod
    def page(self, prefix: str, after: str, limit: int) -> list[FolderEntry]:
        """So many entries at most of what begins with the prefix, behind the name `after`, by one or two requests."""

    @abstractmethod
    def target(self, key: str) -> Target:
        """Where an object of that key would be put."""

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """In the order of the store: by the letters of the keys, a folder's with its slash."""
        if folder and not is_key(folder):
            return None
        prefix = f"{folder}/" if folder else ""
        with self.breaker.watching(self.origin), time_limit(self.options.whole_seconds):
            found = self.patience.try_out(lambda: self.page(prefix, after, limit))
        # Nothing has a key that begins like that: there is no such folder.
        return found if found or after or not prefix else None

    def write(self, place: Place, content: BinaryIO, *, replaces: bool = False) -> None:
        """A folder need not be there: it is as soon as something is in it."""
        key = place.name
        if not is_key(key) or not is_fit_for_a_file(key.rpartition("/")[2]):
            raise Forbidden("No image may have this name here. Choose another.")
        pace = Pace(self.options.whole_seconds, self.patience)
        with self.breaker.watching(self.origin):
            put_object(self.target(key), content, pace, replaces=replaces)
        remote = self.remote(place)
        if remote is not None:
            self._looks.forget(remote.address)
