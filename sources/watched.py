"""A source whose servers may fail. Free of Django at run time."""

from __future__ import annotations

from abc import ABC
from typing import Any

from .base import SourceBackend
from .breaker import Breaker


class WatchedSource(SourceBackend, ABC):
    """Asks a server that fails again and again less often."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.breaker = Breaker()

    @property
    def resting_servers(self) -> int:
        return len(self.breaker.failing())
