"""The socket of a client, behind which the system's own never blocks."""

from __future__ import annotations

import errno
import select
import socket
import ssl
from collections import deque

from .pace import Pace, Room

GRACE_IN_STEP_SECONDS = 5.0
"""The most that a thread waits for a client that takes nothing of its answer."""
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class TooSlow(ConnectionResetError):
    """The client takes too long. Gunicorn ends the connection without a word, as after any other reset."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client is too slow.")


class ClientSocket:
    """Looks like a socket to gunicorn's threads. What a client does not take at once is kept for the loop to send, as
    long as there is room. Of a request no more is read by a thread than the loop has read, until `begin_body`.
    """

    def __init__(self, system: socket.socket, room: Room, grace_seconds: float) -> None:
        system.setblocking(False)
        self.system = system
        self.awaits_writing = False
        """Whether it was sending, not receiving, that could not go on; under TLS both may need both."""
        self._room = room
        self._grace_seconds = grace_seconds
        self._kept: deque[memoryview] = deque()
        self._reading: Pace | None = None
        self._timeout: float | None = None

    def fileno(self) -> int:
        return self.system.fileno()

    def begin_body(self) -> None:
        """From now on a thread may wait for what follows the head of the request."""
        self._reading = Pace(self._grace_seconds)

    def end_request(self) -> None:
        self._reading = None

    def receive_now(self, most_bytes: int) -> bytes | None:
        """What is there; nothing when the client has closed the connection, `None` when it may send more."""
        try:
            return self.system.recv(most_bytes)
        except WOULD_BLOCK as blocked:
            self.note(blocked)
            return None

    def note(self, blocked: OSError) -> None:
        """Remembers what receiving or shaking hands waits for."""
        self.awaits_writing = isinstance(blocked, ssl.SSLWantWriteError)

    def recv(self, most_bytes: int) -> bytes:
        """For threads; raises `TooSlow`."""
        if self._reading is None:
            return b""
        while (received := self.receive_now(most_bytes)) is None:
            left = self._reading.seconds_left
            self._wait(left if self._timeout is None else min(left, self._timeout))
        self._reading.moved(len(received))
        return received

    def sendall(self, content: bytes | memoryview) -> None:
        """For threads; raises `TooSlow` only when there is no room to keep what the client does not take."""
        rest = memoryview(content)
        if not self._kept:
            rest = rest[self._send_now(rest) :]
        if rest and not self._keep(rest):
            self._send_in_step(rest)

    def send(self, content: bytes) -> int:
        self.sendall(content)
        return len(content)

    def send_kept(self) -> int:
        """Sends of what is kept as much as the client takes now, and returns how much."""
        sent = 0
        while self._kept:
            first = self._kept[0]
            number_of_bytes = self._send_now(first)
            sent += number_of_bytes
            self._room.give_back(number_of_bytes)
            if number_of_bytes < len(first):
                self._kept[0] = first[number_of_bytes:]
                break
            self._kept.popleft()
        return sent

    @property
    def keeps_something(self) -> bool:
        return bool(self._kept)

    def setblocking(self, flag: bool) -> None:
        self._timeout = None if flag else 0.0

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        return self._timeout

    def shutdown(self, how: int) -> None:
        self.system.shutdown(how)

    def close(self) -> None:
        self._room.give_back(sum(len(part) for part in self._kept))
        self._kept.clear()
        self.system.close()

    def _send_now(self, content: memoryview) -> int:
        sent = 0
        while sent < len(content):
            try:
                sent += self.system.send(content[sent:])
            except WOULD_BLOCK as blocked:
                self.awaits_writing = not isinstance(blocked, ssl.SSLWantReadError)
                break
        return sent

    def _keep(self, content: memoryview) -> bool:
        if not self._room.take(len(content)):
            return False
        self._kept.append(content)
        return True

    def _send_in_step(self, rest: memoryview) -> None:
        """In step with the client, until there is room for the rest."""
        pace = Pace(min(GRACE_IN_STEP_SECONDS, self._grace_seconds))
        while rest and not self._keep(rest):
            self._wait(pace.seconds_left)
            pace.moved(self.send_kept())
            if not self._kept:
                sent = self._send_now(rest)
                pace.moved(sent)
                rest = rest[sent:]

    def _wait(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self.system, select.POLLOUT if self.awaits_writing else select.POLLIN)
        if seconds <= 0 or not poll.poll(1000 * seconds):
            raise TooSlow
