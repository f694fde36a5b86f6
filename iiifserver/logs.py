"""Log files that several processes write."""

from __future__ import annotations

import fcntl
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

MEGABYTE = 1_000_000


class SharedRotatingFile(RotatingFileHandler):
    """A rotating log file that many processes may write: one of them rotates, the others follow."""

    def __init__(self, filename: Path, max_bytes: int = 10 * MEGABYTE, backup_count: int = 5) -> None:
        super().__init__(filename, maxBytes=max_bytes, backupCount=backup_count, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        self._follow()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 (the standard library's name)
        with Path(f"{self.baseFilename}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():
                super().doRollover()

    def _follow(self) -> None:
        if self.stream is not None and not self._is_current():
            self.stream.close()
            self.stream = self._open()

    def _is_current(self) -> bool:
        if self.stream is None:
            return False
        try:
            return os.path.samestat(os.fstat(self.stream.fileno()), os.stat(self.baseFilename))
        except FileNotFoundError:
            return False


class InOneLine(logging.Filter):
    """Leaves the message and drops the traceback, for what strangers can cause at will."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.exc_text = None
        return True
