"""What a process tells of its decoding. Says nothing, and costs nothing, where nobody watches it."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from .gate import Gate
from .slots import Block
from .work import File, Kind, Limits

now = time.monotonic
"""One clock for all processes of a machine."""


class Watch:
    """The work of one process."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self.gate = Gate()
        self.thread = threading.local()

    @property
    def is_on(self) -> bool:
        """Whether somebody ends this process when it hangs, and remembers what it did when it died."""
        return self.block is not None

    def use(self, block: Block) -> None:
        """Has this process note its work there from now on."""
        self.block = block

    def decoding(self, file: File, kind: Kind, limits: Limits, *, alone: bool = False) -> Decoding:
        """A `with` block in which the file is decoded: one of many, or alone in this process.

        What is decoded inside of another such block belongs to that one. Raises `Overloaded` when others take too
        long to make room.
        """
        return Decoding(self, file, kind, limits, alone)

    def waiting(self) -> Waiting:
        """A `with` block in which the thread decodes nothing: its time limit is put off by as long as that takes."""
        return Waiting(getattr(self.thread, "decoding", None))

    def take_longer(self) -> None:
        """Gives the thread the time that a large image may take."""
        decoding: Decoding | None = getattr(self.thread, "decoding", None)
        if decoding is not None:
            decoding.take_longer()


class Decoding:
    """A piece of work of one thread."""

    __slots__ = ("alone", "block", "deadline", "file", "kind", "limits", "pauses", "slot", "watch")

    def __init__(self, watch: Watch, file: File, kind: Kind, limits: Limits, alone: bool) -> None:
        self.watch, self.file, self.kind, self.limits, self.alone = watch, file, kind, limits, alone
        self.block: Block | None = None
        self.slot: int | None = None
        self.deadline = 0.0
        self.pauses = 0

    def __enter__(self) -> None:
        watch = self.watch
        if watch.block is None or getattr(watch.thread, "decoding", None) is not None:
            return
        if self.alone:
            watch.gate.enter_alone()
        else:
            watch.gate.enter()
        self.block = watch.block
        self.deadline = now() + self.limits.seconds
        self.slot = self.block.note(self.file, self.kind, self.deadline)
        watch.thread.decoding = self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.block is None:
            return
        self.watch.thread.decoding = None
        if self.slot is not None:
            self.block.clear(self.slot)
        if self.alone:
            self.watch.gate.leave_alone()
        else:
            self.watch.gate.leave()

    def take_longer(self) -> None:
        self.deadline += self.limits.large_seconds - self.limits.seconds
        if self.block is not None and self.slot is not None:
            self.block.go_on(self.slot, self.deadline)

    def pause(self) -> None:
        self.pauses += 1
        if self.pauses == 1 and self.block is not None and self.slot is not None:
            self.block.pause(self.slot)

    def go_on(self, waited_seconds: float) -> None:
        self.pauses -= 1
        if self.pauses:
            return
        self.deadline += waited_seconds
        if self.block is not None and self.slot is not None:
            self.block.go_on(self.slot, self.deadline)


class Waiting:
    """A pause in a piece of work; within another pause, a part of that."""

    __slots__ = ("_decoding", "_since")

    def __init__(self, decoding: Decoding | None) -> None:
        self._decoding = decoding
        self._since = 0.0

    def __enter__(self) -> None:
        if self._decoding is not None:
            self._since = now()
            self._decoding.pause()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._decoding is not None:
            self._decoding.go_on(now() - self._since)


watch = Watch()
"""That of this process."""
