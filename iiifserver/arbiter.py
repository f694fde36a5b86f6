"""Gunicorn's parent of workers, which also looks at what they decode."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gunicorn.arbiter import Arbiter

from iiifserver.watching.watch import watch

if TYPE_CHECKING:
    from iiifserver.supervision import Supervisor
    from iiifserver.watching.slots import Table

SPARE_BLOCKS = 8
"""For workers that are added by a signal."""


def blocks_for(workers: int) -> int:
    """How many blocks a table needs: while all workers are replaced there are twice as many."""
    return 2 * workers + SPARE_BLOCKS


class WatchingArbiter(Arbiter):  # type: ignore[misc] # gunicorn has no types
    """All is done in the thread that forks workers: no lock and no connection is ever held across a fork."""

    def __init__(self, app: Any, table: Table, supervisor: Supervisor) -> None:
        self._table = table
        self._supervisor = supervisor
        self._next_block: int | None = None
        self._statuses: dict[int, int] = {}
        super().__init__(app)

    def spawn_worker(self) -> Any:
        self._next_block = block = self._table.take()
        process = super().spawn_worker()
        if block is not None:
            self._supervisor.look_after(process, block)
        return process

    def begin_worker(self) -> None:
        """For the hook `post_fork`: has the new worker note its work."""
        if self._next_block is not None:
            watch.use(self._table.block(self._next_block))

    def end_worker(self, worker: Any) -> None:
        """For the hook `child_exit`: tells what the worker was decoding."""
        self._supervisor.ended(worker.pid, self._statuses.get(worker.pid), hung=worker.aborted)

    def murder_workers(self) -> None:
        """Called about once a second."""
        super().murder_workers()
        self._supervisor.look()

    def reap_workers(self) -> None:
        self._statuses = {process: status for process in self.WORKERS if (status := status_of(process)) is not None}
        super().reap_workers()

    def stop(self, graceful: bool = True) -> None:
        self._supervisor.forget_all()
        super().stop(graceful)


def status_of(process: int) -> int | None:
    """The status of a child that has ended, as `os.waitpid` will give it; `None` as long as it lives, and where the
    system cannot tell.
    """
    if not hasattr(os, "waitid"):
        return None
    try:
        ended = os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    if ended is None:
        return None
    status: int = ended.si_status
    return status << 8 if ended.si_code == os.CLD_EXITED else status
