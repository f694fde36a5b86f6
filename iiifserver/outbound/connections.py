"""Connections of urllib3 that are opened only where the fence allows it; whoever uses urllib3 can use these."""

from __future__ import annotations

import socket
import sys
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

from .deadlines import TimedResponse, seconds_left
from .fence import OutOfBounds, current_fence

SENT_AT_ONCE_BYTES = 65_536


class Refused(OutOfBounds, HTTPError):
    """The fence does not let this server there: an error of urllib3's tree, so that its users pass it on."""


class GuardedConnection(HTTPConnection):
    """Resolves a name once, checks every address behind it, and connects to one of those very addresses."""

    response_class = TimedResponse

    def _new_conn(self) -> socket.socket:
        try:
            places = list(current_fence().places(self.host, self.port))
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except UnicodeError as error:
            raise NewConnectionError(self, "The name of the host cannot be resolved.") from error
        except OutOfBounds as error:
            raise Refused(str(error)) from error
        connection = self._connected(places)
        sys.audit("http.client.connect", self, self.host, self.port)
        return connection

    def _connected(self, places: list[tuple[int, tuple[str, int]]]) -> socket.socket:
        """A connection to the first place that takes one."""
        failure: Exception = NewConnectionError(self, "The name of the host stands for no address.")
        for family, place in places:
            try:
                return self._connected_to(family, place)
            except TimeoutError:
                failure = ConnectTimeoutError(self, "The host does not answer.")
            except OSError as error:
                failure = NewConnectionError(self, f"The host cannot be reached: {error}")
                failure.__cause__ = error
        raise failure

    def _connected_to(self, family: int, place: tuple[str, int]) -> socket.socket:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                connection.setsockopt(*option)
            connection.settimeout(self._patience())
            connection.connect(place)
            # A router may have led elsewhere than the address says, a mapped address may have been unfolded.
            current_fence().check_peer(connection.getpeername())
        except OutOfBounds as error:
            connection.close()
            raise Refused(str(error)) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def send(self, data: Any) -> None:
        """Sends a long body in parts: a socket's time limit is that of each."""
        if isinstance(data, bytes) and len(data) > SENT_AT_ONCE_BYTES:
            whole = memoryview(data)
            for start in range(0, len(data), SENT_AT_ONCE_BYTES):
                super().send(whole[start : start + SENT_AT_ONCE_BYTES])
        else:
            super().send(data)

    def _patience(self) -> float | None:
        """Seconds to wait for a connection."""
        own = self.timeout if isinstance(self.timeout, (int, float)) else None
        known = [seconds for seconds in (own, seconds_left()) if seconds is not None]
        # A limit of 0 would mean: do not wait at all, and do not time out either.
        return max(min(known), 0.001) if known else None


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same under TLS."""


class UnverifiedTLSConnection(GuardedTLSConnection):
    """The same, to a host that need not prove who it is."""

    def connect(self) -> None:
        super().connect()
        # Somebody ticked a box that warns; urllib3 would warn anew for every connection.
        self.is_verified = True


class PatientPool(HTTPConnectionPool):
    """Where all connections are taken, those who ask in a given time wait so long and no longer."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        return super()._get_conn(seconds_left() if timeout is None else timeout)


class GuardedPool(PatientPool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(PatientPool, HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class UnverifiedTLSPool(PatientPool, HTTPSConnectionPool):
    ConnectionCls = UnverifiedTLSConnection


def guarded_pools(is_verified: bool = True) -> dict[str, Any]:
    """Pool classes by scheme, as urllib3's `PoolManager` wants them."""
    return {"http": GuardedPool, "https": GuardedTLSPool if is_verified else UnverifiedTLSPool}
