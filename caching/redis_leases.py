"""A meeting place for processes of many machines: names in Redis that their holder keeps alive while it works."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .base import CacheUnavailable, MeetingPlace
from .redis_errors import redis_errors

LEASE_SECONDS = 5.0
"""How long after its holder's death a picture is left to it."""
RENEWALS_IN_A_LEASE = 3
IDLE_SECONDS = 60.0

RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class RedisLeases(MeetingPlace):
    """The leases of this process. Each holds a token of its own, so that nobody ends the lease of somebody else."""

    def __init__(self, client: Callable[[], Any], prefix: str, seconds: float = LEASE_SECONDS) -> None:
        self._client = client
        self._prefix = prefix
        self._milliseconds = round(seconds * 1000)
        self._held: dict[str, str] = {}
        """The token of each key."""
        self._lock = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._is_held = threading.Event()

    def claim(self, name: str) -> Callable[[], None] | None:
        key, token = f"{self._prefix}:{name}", secrets.token_hex(16)
        with redis_errors():
            if not self._client().set(key, token, nx=True, px=self._milliseconds):
                return None
        with self._lock:
            self._held[key] = token
            self._is_held.set()
            if self._keeper is None or not self._keeper.is_alive():
                self._keeper = threading.Thread(target=self._keep, name="redis-leases", daemon=True)
                self._keeper.start()
        return lambda: self._release(key, token)

    def _release(self, key: str, token: str) -> None:
        with self._lock:
            if self._held.get(key) == token:
                del self._held[key]
            if not self._held:
                self._is_held.clear()
        # One that cannot be given back ends by itself.
        with suppress(CacheUnavailable), redis_errors():
            self._client().eval(RELEASE, 1, key, token)

    def _keep(self) -> None:
        """Renews all leases of this process; ends when there have been none for a while."""
        pause = threading.Event()
        while self._is_held.wait(IDLE_SECONDS):
            pause.wait(self._milliseconds / 1000 / RENEWALS_IN_A_LEASE)
            with self._lock:
                held = list(self._held.items())
            for key, token in held:
                with suppress(CacheUnavailable), redis_errors():
                    self._client().eval(RENEW, 1, key, token, self._milliseconds)
