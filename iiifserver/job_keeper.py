"""The process beside the web workers that keeps a job runner running: it forks one, and another when that dies."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from prometheus_client.multiprocess import mark_process_dead

from iiifserver.supervision import Supervisor
from iiifserver.watching.slots import Table
from iiifserver.watching.watch import watch
from images.failed_files.reading import reports
from images.jobs.ending import set_by_signals
from images.jobs.runner import run_until

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("iiifserver.jobs")

SECONDS_BETWEEN_STARTS = 1.0
POLL_SECONDS = 0.2
STOP_SECONDS = 20.0
"""How long the runner may take to leave its jobs in order, before it is ended as if it had died."""
NICENESS = 10
THE_BLOCK = 0
"""Where the runner notes what it decodes: it has a table of its own."""
PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def start_keeper(listening: int) -> int:
    """Fork the keeper; its process id. To be called before anything has started a thread.

    The keeper closes its copy of the descriptor on which the server listens.
    """
    server = os.getpid()
    keeper = os.fork()
    if keeper:
        return keeper
    os.close(listening)
    _end_after(lambda: _keep(server))
    raise AssertionError


def stop_keeper(keeper: int) -> None:
    """End the keeper and its runner, and wait until both are gone."""
    with suppress(ProcessLookupError):
        os.kill(keeper, signal.SIGTERM)
    # The server's own loop may have fetched the exit status already.
    with suppress(ChildProcessError):
        os.waitpid(keeper, 0)


def _keep(server: int) -> None:
    is_ending = set_by_signals(ENDING)
    table = Table(blocks=1)
    supervisor = Supervisor(table, reports())
    while not is_ending.is_set() and os.getppid() == server:
        runner = _fork_runner(table)
        supervisor.look_after(runner, THE_BLOCK)
        status = _wait_for(runner, is_ending, server, supervisor)
        supervisor.ended(runner, status)
        mark_process_dead(runner)  # type: ignore[no-untyped-call]
        is_ending.wait(SECONDS_BETWEEN_STARTS)


def _fork_runner(table: Table) -> int:
    keeper = os.getpid()
    # A signal that came before the runner has handlers of its own would set the keeper's event, in a copy.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    runner = os.fork()
    if runner:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        return runner
    _end_after(lambda: _run(keeper, table))
    raise AssertionError


def _run(keeper: int, table: Table) -> None:
    watch.use(table.block(THE_BLOCK))
    is_ending = set_by_signals(ENDING)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    _end_with_parent()
    with suppress(OSError):
        os.nice(NICENESS)
    run_until(is_ending, lambda: os.getppid() == keeper)


def _wait_for(runner: int, is_ending: threading.Event, server: int, supervisor: Supervisor) -> int:
    """Return the status of the runner when it has ended; tell it to end when the server does."""
    told_at: float | None = None
    while True:
        ended, status = os.waitpid(runner, os.WNOHANG)
        if ended:
            return status
        supervisor.look()
        if told_at is None and (is_ending.is_set() or os.getppid() != server):
            told_at = time.monotonic()
            supervisor.forget_all()
            os.kill(runner, signal.SIGTERM)
        if told_at is not None and time.monotonic() > told_at + STOP_SECONDS:
            logger.error("The job runner did not end in %d seconds and is ended.", STOP_SECONDS)
            os.kill(runner, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _end_with_parent() -> None:
    # A keeper that is killed cannot tell its runner to end; Linux does it.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_after(act: Callable[[], None]) -> None:
    """Do it and end this process, without what the parent has meant to do at its own end."""
    status = 1
    try:
        act()
        status = 0
    except Exception:
        logger.exception("The job runner ended with a fault.")
    finally:
        logging.shutdown()
        os._exit(status)
