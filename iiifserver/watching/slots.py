"""Shared memory in which threads note their work. Made before any process is forked, it outlives each of them."""

from __future__ import annotations

import itertools
import mmap
import os
import struct
import threading
from collections import deque

from .work import File, Kind, Noted

SLOTS_IN_BLOCK = 16
"""More than a worker or a job runner has threads that decode."""
SLOT_BYTES = 1024
BLOCK_BYTES = SLOTS_IN_BLOCK * SLOT_BYTES

# State, kind, lengths of the two texts, number, deadline, digest, process, thread. Numbers lie where the processor
# writes them in one piece.
HEAD = struct.Struct("=BBHHxxQd16sII")
DEADLINE = struct.Struct("=d")
DEADLINE_AT = 16
LONGEST_IDENTIFIER = 840
LONGEST_VERSION = SLOT_BYTES - HEAD.size - LONGEST_IDENTIFIER

FREE, AT_WORK, WAITING = 0, 1, 2


class Table:
    """All notes of a server: a block for each process. Blocks are given out by one process alone."""

    def __init__(self, blocks: int) -> None:
        self._memory = mmap.mmap(-1, blocks * BLOCK_BYTES)
        self._free = deque(range(blocks))

    def take(self) -> int | None:
        """A block for a process that is about to be forked; `None` when there are more processes than blocks."""
        return self._free.popleft() if self._free else None

    def give_back(self, block: int) -> None:
        """Wipes the block of a process that has ended, for another to take."""
        start = block * BLOCK_BYTES
        for offset in range(start, start + BLOCK_BYTES, SLOT_BYTES):
            self._memory[offset] = FREE
        if block not in self._free:
            self._free.append(block)

    def block(self, block: int) -> Block:
        """The block as the process writes it to whom it belongs."""
        return Block(self._memory, block * BLOCK_BYTES)

    def at_work(self, block: int) -> list[Noted]:
        """What its process decodes at this moment; what waits for a turn or for a source is left out."""
        start = block * BLOCK_BYTES
        slots = range(start, start + BLOCK_BYTES, SLOT_BYTES)
        return [noted for offset in slots if self._memory[offset] == AT_WORK and (noted := self._steady(offset))]

    def _steady(self, offset: int) -> Noted | None:
        """What is noted there; `None` where it changed while it was read."""
        noted = self._noted(offset)
        number = HEAD.unpack_from(self._memory, offset)[4]
        return noted if self._memory[offset] == AT_WORK and number == noted.number else None

    def _noted(self, offset: int) -> Noted:
        _, kind, identifier, version, number, deadline, digest, process, thread = HEAD.unpack_from(self._memory, offset)
        text = offset + HEAD.size
        between = text + identifier
        return Noted(
            process=process,
            thread=thread,
            number=number,
            kind=Kind(kind),
            deadline=deadline,
            digest=digest,
            identifier=readable(self._memory[text:between]),
            version=readable(self._memory[between : between + version]),
        )


class Block:
    """The slots of one process. For all of its threads at once."""

    def __init__(self, memory: mmap.mmap, start: int) -> None:
        self._memory = memory
        self._process = os.getpid()
        self._numbers = itertools.count(1)
        self._free = deque(range(start, start + BLOCK_BYTES, SLOT_BYTES))

    def note(self, file: File, kind: Kind, deadline: float) -> int | None:
        """The slot that says so until it is cleared; `None` where all slots are taken."""
        try:
            slot = self._free.pop()
        except IndexError:
            return None
        identifier, version = shortened(file.identifier, LONGEST_IDENTIFIER), shortened(file.version, LONGEST_VERSION)
        head = (FREE, kind, len(identifier), len(version), next(self._numbers), deadline, file.digest)
        HEAD.pack_into(self._memory, slot, *head, self._process, threading.get_native_id())
        text = slot + HEAD.size
        self._memory[text : text + len(identifier) + len(version)] = identifier + version
        # Last of all: whoever finds it finds the rest.
        self._memory[slot] = AT_WORK
        return slot

    def clear(self, slot: int) -> None:
        self._memory[slot] = FREE
        self._free.append(slot)

    def pause(self, slot: int) -> None:
        """Says that the thread waits."""
        self._memory[slot] = WAITING

    def go_on(self, slot: int, deadline: float) -> None:
        """Says that the thread works on, until another time."""
        DEADLINE.pack_into(self._memory, slot + DEADLINE_AT, deadline)
        self._memory[slot] = AT_WORK


def shortened(text: str, most_bytes: int) -> bytes:
    return text.encode("utf-8", "replace")[:most_bytes]


def readable(content: bytes) -> str:
    """The text, without a sign that was cut in two."""
    return content.decode("utf-8", "ignore")
