"""A connection: the loop reads the heads of its requests and sends the rest of its answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from gunicorn import http, sock
from gunicorn.workers.gthread import TConn

from .client_socket import WOULD_BLOCK, ClientSocket
from .pace import Pace, Room

if TYPE_CHECKING:
    from iiifserver.visit import SetAside

END_OF_HEAD = b"\r\n\r\n"
MOST_BYTES_OF_HEAD = 64 * 1024
MOST_BYTES_AT_ONCE = 8 * 1024
MOST_BYTES_AFTER_THE_END = 64 * 1024
SECONDS_AFTER_THE_END = 2.0


class Progress(Enum):
    """How far the loop has come with a connection."""

    WAITS = auto()
    IS_DONE = auto()
    IS_OVER = auto()


class Connection(TConn):  # type: ignore[misc] # gunicorn has no types
    """In the hands of the loop or of one thread, never of both."""

    sock: ClientSocket
    parser: Any

    def __init__(self, cfg: Any, system: socket.socket, client: Any, server: Any, room: Room, seconds: float) -> None:
        super().__init__(cfg, ClientSocket(system, room, seconds), client, server)
        # What gunicorn's threads would do about a new connection has been done before they get it.
        self.initialized = self.data_ready = True
        self.go_on: Callable[[], Progress] = self.begin
        """What the loop does next."""
        self.deadline = time.monotonic() + seconds
        self.is_idle = False
        """Whether it is between two requests."""
        self.is_kept = False
        """Whether another request may follow the answer."""
        self.set_aside: SetAside | None = None
        self.waiting_since: float | None = None
        self._seconds = seconds
        self._head = bytearray()
        self._request = b""
        self._sending: Pace | None = None
        self._after_the_end = 0

    @property
    def head_is_too_long(self) -> bool:
        return END_OF_HEAD not in self._request

    @property
    def request_line_is_too_long(self) -> bool:
        return b"\r\n" not in self._request

    def begin(self) -> Progress:
        if self.cfg.is_ssl:
            self.sock.system = sock.ssl_wrap_socket(self.sock.system, self.cfg)
            self.go_on = self.shake_hands
        else:
            self.expect_request()
        return self.go_on()

    def shake_hands(self) -> Progress:
        """Raises `OSError` when that fails."""
        try:
            self.sock.system.do_handshake()  # type: ignore[attr-defined] # wrapped before
        except WOULD_BLOCK as blocked:
            self.sock.note(blocked)
            return Progress.WAITS
        self.expect_request()
        return self.go_on()

    def expect_request(self) -> None:
        if self.parser is None:
            self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.go_on = self.read_head

    def read_head(self) -> Progress:
        """Done when a thread can answer without waiting for the client, be it that the head is too long."""
        searched = 0
        while self._head.find(END_OF_HEAD, searched) < 0 and len(self._head) < MOST_BYTES_OF_HEAD:
            received = self.sock.receive_now(MOST_BYTES_AT_ONCE)
            if not received:
                return Progress.WAITS if received is None else Progress.IS_OVER
            if self.is_idle:
                self.is_idle, self.deadline = False, time.monotonic() + self._seconds
            searched = max(0, len(self._head) - len(END_OF_HEAD) + 1)
            self._head += received
        self._request = bytes(self._head)
        self._head.clear()
        self.parser.unreader.unread(self._request)
        return Progress.IS_DONE

    def ask_again(self) -> None:
        """Has the request parsed once more that was set aside."""
        self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader.unread(self._request)

    def begin_rest(self) -> None:
        """After a thread: what it could not send is sent first."""
        self.sock.end_request()
        self.set_aside = self.waiting_since = None
        self._sending = Pace(self._seconds)
        self.deadline = self._sending.deadline
        self.go_on = self.send_rest

    def send_rest(self) -> Progress:
        if self.sock.keeps_something and self._sending is not None:
            self._sending.moved(self.sock.send_kept())
            self.deadline = self._sending.deadline
            if self.sock.keeps_something:
                return Progress.WAITS
        if self.is_kept:
            return self.begin_next()
        return self.begin_end()

    def begin_next(self) -> Progress:
        """The next request, of which something may have been read along with the last one."""
        self._head += self.parser.unreader.take_buffered()
        self.is_idle = not self._head
        self.deadline = time.monotonic() + (self.cfg.keepalive if self.is_idle else self._seconds)
        self.sock.awaits_writing = False
        self.go_on = self.read_head
        return self.go_on()

    def begin_end(self) -> Progress:
        """The client reads the answer to its end before the connection is closed (RFC 9112, 9.6)."""
        self.sock.shutdown(socket.SHUT_WR)
        self.sock.awaits_writing = False
        self.deadline = time.monotonic() + SECONDS_AFTER_THE_END
        self.go_on = self.await_end
        return self.go_on()

    def await_end(self) -> Progress:
        while self._after_the_end < MOST_BYTES_AFTER_THE_END:
            received = self.sock.receive_now(MOST_BYTES_AT_ONCE)
            if received is None:
                return Progress.WAITS
            if not received:
                break
            self._after_the_end += len(received)
        return Progress.IS_OVER
