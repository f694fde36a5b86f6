"""What the sources have in common whose images lie elsewhere. Free of Django at run time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from iiifserver.iiif.errors import SourceReplaced
from iiifserver.iiif.found import Found, nothing_to_confirm
from iiifserver.outbound.deadlines import time_limit

from ..base import Place, Traffic
from ..crowd import Crowd
from ..freshness import Freshness
from ..watched import WatchedSource
from .confirmation import Confirmation
from .file import RangedFile
from .kept_looks import KeptLooks
from .lanes import MOST_LANES
from .looks import RememberedLooks
from .memory import Pieces
from .remote import Look, Remote, digest, version_of
from .retries import Patience
from .shared_cache import SharedCache
from .spans import Span
from .tally import Tally

MEGABYTE = 1_000_000
KILOBYTE = 1_000
LOOKS_PER_MEGABYTE = 40
"""They take a hundredth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteOptions:
    connect_seconds: float = 5
    read_seconds: float = 20
    whole_seconds: float = 60
    connections: int = 20
    block_kilobytes: int = 64
    request_cache_megabytes: int = 16
    shared_cache_megabytes: int = 500
    look_again_seconds: float = 10
    largest_whole_megabytes: int = 200

    def __post_init__(self) -> None:
        for name in REMOTE_NUMBERS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 10**9:
                raise ValueError(f"“{name}” is not a number that makes sense.")
        if min(self.connect_seconds, self.read_seconds, self.whole_seconds) <= 0:
            raise ValueError("The time limits are longer than nothing.")
        if min(self.connections, self.block_kilobytes, self.largest_whole_megabytes) < 1:
            raise ValueError("Connections, the size of a block and of a whole image are at least 1.")


REMOTE_NUMBERS = tuple(field.name for field in fields(RemoteOptions))


class RemoteSource(WatchedSource):
    """Looks an image up at a remote place, remembers for a while what it saw, and reads only the pieces it needs."""

    options: RemoteOptions

    def __init__(self, options: RemoteOptions, cache_folder: Path, patience: Patience | None = None) -> None:
        super().__init__(options)
        self.crowd = Crowd()
        self.patience = patience or Patience()
        self._tally = Tally()
        # How it is asked may change; what was fetched stays right.
        own = [(name, value) for name, value in asdict(options).items() if name not in REMOTE_NUMBERS]
        file = cache_folder / f"{digest(repr((type(self).__name__, own)))}.sqlite3"
        self._shared = SharedCache(file, options.shared_cache_megabytes * MEGABYTE)
        kept = KeptLooks(file, options.shared_cache_megabytes * LOOKS_PER_MEGABYTE)
        self._looks = RememberedLooks(kept if options.shared_cache_megabytes else None)

    @abstractmethod
    def remote(self, place: Place) -> Remote | None:
        """The image at that place, which need not exist; `None` where the name can be none."""

    def find(self, place: Place) -> Found | None:
        remote = self.remote(place)
        if remote is None:
            return None
        if place.freshness.is_confirmed_later and remote.tells_with_pieces:
            look = self._looks.outdated(remote.address, self.options.look_again_seconds, place.freshness)
            if look is not None and look.shows_in_pieces:
                return self._found(remote, look, self._confirmation(remote, look, place.freshness))
        look = self.look(remote, place.freshness)
        return self._found(remote, look) if look else None

    # What was seen is remembered by its address, with its first bytes.
    find_of_late = find

    def look(self, remote: Remote, freshness: Freshness | None = None) -> Look | None:
        """What is there; asked anew when that was long ago. Equal requests at once ask once."""
        seconds = self.options.look_again_seconds
        waiting = partial(self.crowd.waiting, remote.origin)
        return self._looks.get(remote.address, partial(self._look_now, remote), seconds, freshness, waiting)

    def _look_now(self, remote: Remote, earlier: Look | None) -> Look | None:
        first_bytes = self.options.block_kilobytes * KILOBYTE
        with self._asking(remote):
            look = self.patience.try_out(lambda: self._counted(remote).look(first_bytes, earlier))
        if look is None or look is earlier:
            return look
        self._tally.note_received(look.state.size if look.whole else len(look.start))
        if look.start:
            self._shared.put(version_of(remote, look.state), 0, look.start)
        return look

    def _confirmation(self, remote: Remote, look: Look, freshness: Freshness) -> Confirmation:
        """Of what was seen, by a request that begins from now on."""
        began = self._looks.now()

        def look_again() -> None:
            newer = self.look(remote, freshness)
            if newer is None or version_of(remote, newer.state) != version_of(remote, look.state):
                raise SourceReplaced

        return Confirmation(partial(self._looks.renew, remote.address, look, began, freshness), look_again)

    def _found(self, remote: Remote, look: Look, confirmation: Confirmation | None = None) -> Found:
        version = version_of(remote, look.state)
        pieces = Pieces(self.options.request_cache_megabytes * MEGABYTE)
        if look.start:
            pieces.put(0, look.start)
        pull = partial(self._pull, remote, look, version, confirmation)
        fetch, in_passing = look.whole or partial(self._fetch, version, pull), look.whole or pull
        block_bytes = self.options.block_kilobytes * KILOBYTE
        # A server that has failed is tried by one request, and by no others at the same time.
        lanes = 1 if look.whole or self.resting_servers else min(MOST_LANES, int(self.options.connections))

        def opened() -> BinaryIO:
            return cast("BinaryIO", RangedFile(look.state.size, fetch, pieces, block_bytes, in_passing, lanes))

        return Found(
            open=opened,
            version=version,
            last_modified=look.state.modified,
            is_far=True,
            confirm=confirmation or nothing_to_confirm,
        )

    def _fetch(self, version: str, pull: Callable[[Span], bytes], span: Span) -> bytes:
        """These bytes, which other workers need not fetch again."""
        known = self._shared.get(version, span)
        if known is not None:
            return known
        content = pull(span)
        self._shared.put(version, span.start, content)
        return content

    def _pull(self, remote: Remote, look: Look, version: str, confirmation: Confirmation | None, span: Span) -> bytes:
        """These bytes, asked for in any case."""
        try:
            with self._asking(remote):
                content = self.patience.try_out(lambda: self._counted(remote).read(look.state, span))
        except SourceReplaced:
            self._looks.forget(remote.address)
            self._shared.forget(version)
            raise
        self._tally.note_received(len(content))
        if confirmation is not None:
            confirmation.give()
        return content

    def _counted(self, remote: Remote) -> Remote:
        """The same, with one more request to it noted."""
        self._tally.note_request()
        return remote

    def remarks(self, place: Place) -> Iterable[str]:
        remote = self.remote(place)
        look = self.look(remote) if remote else None
        return (look.reason,) if look else ()

    def traffic(self) -> Traffic:
        return self._tally.traffic

    @contextmanager
    def _asking(self, remote: Remote) -> Iterator[None]:
        with (
            self.breaker.watching(remote.origin),
            self.crowd.waiting(remote.origin),
            time_limit(self.options.whole_seconds),
        ):
            yield
