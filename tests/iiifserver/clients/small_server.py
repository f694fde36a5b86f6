"""A program: one worker of ours with a small application of which tests know what every thread does."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

from django.conf import settings

settings.configure(ENVIRONMENT=SimpleNamespace(slow_client_seconds=float(sys.argv[1])))

from gunicorn.app.base import BaseApplication  # noqa: E402 - needs the settings

from caching.flight import Flights  # noqa: E402
from iiifserver.clients.worker import PatientWorker  # noqa: E402
from iiifserver.visit import has_left  # noqa: E402

SECONDS = 60
BIG = bytes(7_000_000)
flights = Flights(most_followers=2)
has_begun, may_land, has_departed = threading.Event(), threading.Event(), threading.Event()
made: list[bytes] = []


def make() -> bytes:
    has_begun.set()
    assert may_land.wait(SECONDS)
    may_land.clear()
    made.append(b"picture")
    return f"picture {len(made)}".encode()


def watch(environ) -> bytes:
    """Until the client has left."""
    while not has_left(environ["gunicorn.socket"].fileno()):
        has_departed.wait(0.01)
    has_departed.set()
    return b""


ANSWERS = {
    "/": lambda environ: b"here",
    "/big": lambda environ: BIG,
    "/body": lambda environ: environ["wsgi.input"].read(),
    "/follow": lambda environ: flights.once("key", make, SECONDS),
    "/begun": lambda environ: str(has_begun.wait(SECONDS)).encode(),
    "/land": lambda environ: may_land.set() or b"landing",
    "/watch": watch,
    "/departed": lambda environ: str(has_departed.wait(SECONDS)).encode(),
}


def application(environ, start_response):
    content = ANSWERS[environ["PATH_INFO"]](environ)
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


def tell_port(arbiter) -> None:
    sys.stdout.write(f"{arbiter.LISTENERS[0].getsockname()[1]}\n")
    sys.stdout.flush()


class Server(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", ["127.0.0.1:0"])
        self.cfg.set("worker_class", PatientWorker)
        self.cfg.set("threads", 4)
        self.cfg.set("keepalive", 15)
        self.cfg.set("loglevel", "error")
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("when_ready", tell_port)
        if len(sys.argv) > 2:
            self.cfg.set("certfile", sys.argv[2])
            self.cfg.set("keyfile", sys.argv[3])

    def load(self):
        return application


Server().run()
