"""The production server: gunicorn inside the process that has already loaded Django."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication
from prometheus_client.multiprocess import mark_process_dead

from iiifserver.announcement import announcement, folders_to_announce
from iiifserver.arbiter import WatchingArbiter, blocks_for
from iiifserver.clients.worker import PatientWorker
from iiifserver.job_keeper import start_keeper, stop_keeper
from iiifserver.listening import Address, bind, check_certificate, listen
from iiifserver.prepare import Prepared, prepare
from iiifserver.supervision import Supervisor
from iiifserver.watching.slots import Table
from images.failed_files.reading import reports
from images.runtime import current_runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from iiifserver.environment import Environment

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn unlinks its heartbeat files at once)
THREADS = 4


@dataclass(frozen=True, slots=True)
class Serving:
    """What `manage.py serve` was asked for."""

    address: Address
    workers: int
    prepares: bool
    does_jobs: bool = True


class Server(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn with our choices, on a socket that is already bound."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self._configuration = configuration
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._configuration.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        # The apps and all addresses are read here, in the process that serves.
        from .wsgi import application

        return application

    def run(self) -> None:
        table = Table(blocks_for(self.cfg.workers))
        WatchingArbiter(self, table, Supervisor(table, reports())).run()


def serve(serving: Serving, tell: Callable[[str], None]) -> None:
    """Prepare, then answer requests until a signal ends it; refuse in one sentence what cannot work."""
    environment: Environment = settings.ENVIRONMENT
    if environment.tls:
        check_certificate(*environment.tls)
    listener = bind(serving.address)
    prepared = prepare() if serving.prepares else Prepared(new_password=None)
    listen(listener, serving.address)
    folders = folders_to_announce()
    # A connection that crosses a fork is used by two processes at once.
    connections.close_all()
    # gunicorn closes the descriptor that it is given.
    address = Address(serving.address.host, listener.getsockname()[1])
    text = announcement(environment, address, prepared, folders)
    descriptor = listener.detach()
    configuration = _configuration(environment, serving, descriptor, lambda _: tell(text))
    if serving.does_jobs:
        keeper = start_keeper(descriptor)
        configuration["on_exit"] = lambda _: stop_keeper(keeper)
    Server(configuration).run()


def _read_configuration(worker: object) -> None:
    """Spare the first visitor the wait; the connection is for the threads to open anew."""
    current_runtime().processors.warm_up()
    connections.close_all()


def _begin_worker(arbiter: WatchingArbiter, worker: object) -> None:
    arbiter.begin_worker()


def _forget_worker(arbiter: WatchingArbiter, worker: Any) -> None:
    arbiter.end_worker(worker)
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _configuration(
    environment: Environment, serving: Serving, listener: int, when_ready: Callable[[object], None]
) -> dict[str, Any]:
    certificate, key = environment.tls or (None, None)
    return {
        "bind": [f"fd://{listener}"],
        "workers": serving.workers,
        "worker_class": PatientWorker,
        "threads": THREADS,
        "keepalive": 15,
        # A file goes through memory like any other answer, so that the loop can send what the client does not take.
        "sendfile": False,
        "graceful_timeout": 30,
        "limit_request_line": 8190,
        "worker_tmp_dir": str(SHARED_MEMORY if SHARED_MEMORY.is_dir() else environment.home.run),
        "proc_name": "iiifserver",
        "certfile": str(certificate) if certificate else None,
        "keyfile": str(key) if key else None,
        "accesslog": environment.access_log or None,
        "loglevel": "warning",
        "when_ready": when_ready,
        "post_fork": _begin_worker,
        "post_worker_init": _read_configuration,
        "child_exit": _forget_worker,
        "control_socket_disable": True,
        # Forwarded headers are believed in one place only: iiifserver.proxies.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
    }
