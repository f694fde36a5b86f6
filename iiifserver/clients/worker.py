"""Gunicorn's worker with threads, in which no client that is slow or silent has one."""

from __future__ import annotations

import errno
import selectors
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.conf import settings
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from iiifserver.visit import SetAside, Visit, visiting

from .connection import MOST_BYTES_OF_HEAD, Connection, Progress
from .pace import Room

ROOM_BYTES = 64 * 1024 * 1024
"""For what clients have not taken yet of their answers, in each worker."""
SECONDS_BETWEEN_LOOKS = 0.5
"""At the deadlines of connections."""
REPEATABLE = ("GET", "HEAD")
SIGNS_OF_A_BODY = {"CONTENT-LENGTH", "TRANSFER-ENCODING"}
PASSING_ERRORS = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


class PatientWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Its loop reads heads of requests and sends what clients do not take at once; a thread gets a request that is
    whole, and has done with it when the answer is made. New connections are accepted while a thread is free, so that
    other workers get what this one could not begin. A request that waits for the work of another can be set aside
    without a thread.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._seconds: float = settings.ENVIRONMENT.slow_client_seconds
        self._room = Room(ROOM_BYTES)
        self._waiting: dict[Connection, None] = {}
        """In the selector."""
        self._aside: dict[Connection, None] = {}
        self._busy = 0
        self._next_look = 0.0

    # What the loop calls.

    def set_accept_enabled(self, enabled: bool) -> None:
        """Called by gunicorn before each turn of the loop."""
        super().set_accept_enabled(enabled and self._busy < self.cfg.threads)

    def accept(self, listener: Any) -> None:
        try:
            system, client = listener.accept()
        except OSError as error:
            if error.errno in PASSING_ERRORS:
                return
            raise
        self.nr_conns += 1
        self._go_on(Connection(self.cfg, system, client, listener.getsockname(), self._room, self._seconds))

    def enqueue_req(self, conn: Connection) -> None:
        self._busy += 1
        if self._busy >= self.cfg.threads:
            self.set_accept_enabled(False)
        super().enqueue_req(conn)

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        self._busy -= 1
        try:
            result = fs.result()
        except Exception:  # noqa: BLE001 - gunicorn has logged it
            self._close(conn)
            return
        if isinstance(result, SetAside):
            self._set_aside(conn, result)
            return
        conn.is_kept = bool(result)
        conn.begin_rest()
        self._go_on(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Called by gunicorn after each turn of the loop, and with force at the very end."""
        now = time.monotonic()
        if now < self._next_look and not force:
            return
        self._next_look = now + SECONDS_BETWEEN_LOOKS
        for conn in [conn for conn in self._waiting if force or conn.deadline <= now]:
            self._stop_waiting(conn)
            self._close(conn)
        for conn in [conn for conn in self._aside if conn.deadline <= now]:
            self._ask_again(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Called by gunicorn when the worker is to stop: what has not begun by then never will."""
        for conn in self._waiting:
            if conn.go_on in (conn.shake_hands, conn.read_head):
                conn.deadline = min(conn.deadline, deadline)

    def _on_event(self, conn: Connection, _descriptor: Any) -> None:
        self._stop_waiting(conn)
        self._go_on(conn)

    def _go_on(self, conn: Connection) -> None:
        try:
            progress = conn.go_on()
        except (OSError, ValueError):
            # Of a broken connection, and of one that a thread has closed.
            progress = Progress.IS_OVER
        match progress:
            case Progress.WAITS:
                self._wait(conn)
            case Progress.IS_DONE:
                self.enqueue_req(conn)
            case Progress.IS_OVER:
                self._close(conn)

    def _wait(self, conn: Connection) -> None:
        event = selectors.EVENT_WRITE if conn.sock.awaits_writing else selectors.EVENT_READ
        self.poller.register(conn.sock, event, partial(self._on_event, conn))
        self._waiting[conn] = None

    def _stop_waiting(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        del self._waiting[conn]

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()

    def _set_aside(self, conn: Connection, set_aside: SetAside) -> None:
        conn.set_aside, conn.deadline = set_aside, set_aside.until
        conn.waiting_since = conn.waiting_since or time.monotonic()
        self._aside[conn] = None
        if set_aside.awaited is not None:
            set_aside.awaited.when_done(lambda: self.method_queue.defer(self._ask_again_for, conn, set_aside))

    def _ask_again_for(self, conn: Connection, set_aside: SetAside) -> None:
        if conn in self._aside and conn.set_aside is set_aside:
            self._ask_again(conn)

    def _ask_again(self, conn: Connection) -> None:
        del self._aside[conn]
        conn.ask_again()
        self.enqueue_req(conn)

    # What threads call.

    def handle(self, conn: Connection) -> Any:
        if conn.head_is_too_long:
            self.handle_error(None, conn.sock, conn.client, self._error_of_long_head(conn))
            return False
        return super().handle(conn)

    def _error_of_long_head(self, conn: Connection) -> Any:
        if conn.request_line_is_too_long:
            return LimitRequestLine(MOST_BYTES_OF_HEAD, self.cfg.limit_request_line)
        return LimitRequestHeaders("the head of the request is too long")

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Whether the connection may be used again, or a `SetAside`."""
        conn.sock.begin_body()
        with visiting(self._visit(req, conn)):
            try:
                return super().handle_request(req, conn)
            except SetAside as set_aside:
                return set_aside

    def _visit(self, req: Any, conn: Connection) -> Visit:
        # A body cannot be read again.
        has_body = any(name in SIGNS_OF_A_BODY for name, _ in req.headers)
        awaited = conn.set_aside.awaited if conn.set_aside else None
        return Visit(conn.sock.fileno(), req.method in REPEATABLE and not has_body, awaited, conn.waiting_since)

    def _keepalive_after(self, conn: Connection, keepalive: Any) -> Any:
        return keepalive if isinstance(keepalive, SetAside) else super()._keepalive_after(conn, keepalive)
