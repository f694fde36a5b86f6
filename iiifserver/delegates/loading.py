"""From the name in the settings to the site's class, and to its newer self when the file has changed."""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from django.utils.module_loading import import_string

from .delegate import Delegate, misspelled, uncalled

logger = logging.getLogger("iiifserver.delegates")

MODULE = "iiifserver_site_delegate"
"""The name of the module that a file becomes."""

QUIET_SECONDS = 1.0
"""How long a file must have been left alone before it is read anew: the first half of a class may let everybody in."""

FileState = tuple[int, int, int]
"""Inode, size and time of the last change in nanoseconds."""


class DelegateError(Exception):
    """The delegate cannot be loaded. The message is a sentence for who runs the server."""


def loaded(name: str) -> type[Delegate]:
    """The class: of `/path/file.py:Class` from the file as it is now, of a dotted path as Python imports it.

    Raises `DelegateError`.
    """
    path, colon, class_name = name.rpartition(":")
    try:
        found = getattr(executed(Path(path)), class_name) if colon else import_string(name)
    except (Exception, SystemExit) as error:
        # The file holds the site's own code, which may raise anything.
        raise DelegateError(f"{name} cannot be loaded: {type(error).__name__}: {error}.") from error
    return checked(name, found)


def executed(path: Path) -> ModuleType:
    """A new module of the file's code; the one before stays known to Python when the code fails."""
    module, before = ModuleType(MODULE), sys.modules.get(MODULE)
    module.__file__ = str(path)
    code = compile(path.read_bytes(), str(path), "exec")
    # Dataclasses look their module up.
    sys.modules[MODULE] = module
    try:
        exec(code, module.__dict__)  # noqa: S102 - the site's own code, named in the fence
    except BaseException:
        sys.modules.pop(MODULE)
        if before is not None:
            sys.modules[MODULE] = before
        raise
    return module


def checked(name: str, found: object) -> type[Delegate]:
    if not (inspect.isclass(found) and issubclass(found, Delegate)):
        raise DelegateError(f"{name} is no class that derives from iiifserver.delegates.Delegate.")
    if ignored := uncalled(found):
        logger.warning("The delegate's %s: this server does not call that.", ", ".join(ignored))
    for name_of_site, asked in misspelled(found).items():
        logger.warning("The delegate's %s is not called: did you mean %s?", name_of_site, asked)
    return found


class Loader:
    """Keeps the class of one name, and looks at its file whenever somebody asks for the class.

    A file that cannot be loaded takes the place of nothing: the class that was in use stays, and the log says so.
    Until one was loaded there is none.
    """

    def __init__(self, name: str, load: Callable[[str], type[Delegate]] = loaded) -> None:
        self.name = name
        self._load = load
        self._file = Path(name.rpartition(":")[0]) if ":" in name else None
        self._lock = threading.Lock()
        self._state: FileState | None = None
        self._was_read = False
        self._class: type[Delegate] | None = None
        self._reason = ""

    def newest(self) -> type[Delegate]:
        """The class to use; raises `DelegateError` while none could be loaded."""
        state = self._state_of_file()
        if not self._was_read or (state != self._state and self._is_quiet(state)):
            with self._lock:
                self._read(state)
        if self._class is None:
            raise DelegateError(self._reason)
        return self._class

    def _state_of_file(self) -> FileState | None:
        if self._file is None:
            return None
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _is_quiet(self, state: FileState | None) -> bool:
        return self._class is None or state is None or not 0 <= time.time() - state[2] / 1e9 < QUIET_SECONDS

    def _read(self, state: FileState | None) -> None:
        if self._was_read and state == self._state:
            return
        try:
            self._class = self._load(self.name)
            logger.info("The delegate %s was loaded.", self.name)
        except DelegateError as error:
            self._reason = str(error)
            consequence = "closes every image" if self._class is None else "leaves the one before in use"
            logger.exception("The delegate is broken, which %s.", consequence)
        self._state, self._was_read = state, True
