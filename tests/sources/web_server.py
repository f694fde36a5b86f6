"""A web server that counts what it gives, and misbehaves on demand."""

from __future__ import annotations

import hashlib
import io
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
PIECE_BYTES = 65_536


@dataclass
class Request:
    """One request that came, and how many bytes of a body left for it."""

    method: str
    path: str
    headers: dict[str, str]
    sent: int = 0
    body: bytes = b""
    """What came along."""


@dataclass
class File:
    """What is under a path: bytes, or a file of any size."""

    content: bytes | Path
    etag: str = ""
    modified: float | None = None

    def opened(self) -> BinaryIO:
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size


Fault = Callable[["Handler"], bool]
"""Answers a request in a way of its own and returns `True`; or returns `False`, and the server goes on as usual."""


@dataclass
class WebServer:
    """What a test sees of the server. Everything may be changed while it runs."""

    address: str = ""
    files: dict[str, File] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    fault: Fault = lambda handler: False
    knows_ranges: bool = True
    knows_head: bool = True
    tells_length: bool = True
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the server goes down, for faults that wait."""

    def put(self, path: str, content: bytes | Path, etag: str | None = None, modified: float | None = None) -> None:
        """Gives the file an ETag of its own unless told otherwise; an empty one is none."""
        state = content if isinstance(content, bytes) else str(content).encode()
        own = f'"{hashlib.sha256(state).hexdigest()[:16]}"'
        self.files[path] = File(content, own if etag is None else etag, modified)

    @property
    def sent(self) -> int:
        return sum(request.sent for request in self.requests)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small answers are not to wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    web: WebServer

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path, errors="surrogateescape")
        self.request_seen = Request(self.command, path, {name.lower(): text for name, text in self.headers.items()})
        # Who waits to be told to go on has been told, but may not have heard it.
        self.wfile.flush()
        self.request_seen.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.web.requests.append(self.request_seen)
        if self.web.fault(self):
            return
        file = self.web.files.get(path)
        if file is None:
            self.answer(404, {"Content-Length": "0"})
        elif self.command == "HEAD" and not self.web.knows_head:
            self.answer(405, {"Content-Length": "0"})
        else:
            self.give(file)

    do_HEAD = do_PUT = do_POST = do_GET  # noqa: N815 - the names that the base class looks for

    def give(self, file: File) -> None:
        tag = self.request_seen.headers.get("if-match")
        if tag and tag != file.etag:
            return self.answer(412, {"Content-Length": "0"})
        if file.etag and self.request_seen.headers.get("if-none-match") == file.etag:
            return self.answer(304, self.state_of(file))
        match = RANGE.fullmatch(self.request_seen.headers.get("range", "")) if self.web.knows_ranges else None
        if match is None:
            return self.give_piece(file, 200, 0, file.size, {})
        start, stop = int(match[1]), min(file.size, int(match[2] or file.size - 1) + 1)
        if start >= file.size:
            return self.answer(416, {"Content-Range": f"bytes */{file.size}", "Content-Length": "0"})
        return self.give_piece(file, 206, start, stop, {"Content-Range": f"bytes {start}-{stop - 1}/{file.size}"})

    def give_piece(self, file: File, status: int, start: int, stop: int, headers: dict[str, str]) -> None:
        own = {**headers, **self.state_of(file)}
        if self.web.tells_length:
            own["Content-Length"] = str(stop - start)
        else:
            own["Connection"] = "close"
            self.close_connection = True
        self.answer(status, own)
        if self.command == "HEAD":
            return
        with file.opened() as opened:
            opened.seek(start)
            while start < stop and (piece := opened.read(min(PIECE_BYTES, stop - start))):
                self.body(piece)
                start += len(piece)

    def state_of(self, file: File) -> dict[str, str]:
        headers = {"Accept-Ranges": "bytes"} if self.web.knows_ranges else {}
        if file.etag:
            headers["ETag"] = file.etag
        if file.modified is not None:
            headers["Last-Modified"] = formatdate(file.modified, usegmt=True)
        return headers

    def answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def body(self, content: bytes) -> None:
        # Counted before it leaves: a test may look as soon as it has the bytes.
        self.request_seen.sent += len(content)
        self.wfile.write(content)

    def break_off(self) -> None:
        """Resets the connection."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
        self.connection.close()

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ValueError, OSError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (ConnectionError, ValueError, OSError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """What a client breaks off is its own affair."""


@contextmanager
def web_server(certificate: tuple[Path, Path] | None = None) -> Iterator[WebServer]:
    """A server of this machine on a port of its own, until the block ends."""
    web = WebServer()
    server = QuietServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"web": web}))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web.address = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
