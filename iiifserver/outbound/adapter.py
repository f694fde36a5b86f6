"""The guarded connections for libraries that are built on requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter

from .connections import Refused, guarded_pools
from .fence import OutOfBounds, current_fence

S = TypeVar("S", bound=requests.Session)


class GuardedAdapter(HTTPAdapter):
    """Opens connections only where the fence allows it, so many to one host at most, and looks at every redirect."""

    def __init__(self, connections: int) -> None:
        super().__init__(pool_maxsize=connections, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = guarded_pools()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        try:
            current_fence().check(str(request.url))
        except OutOfBounds as error:
            raise Refused(str(error)) from error
        return super().send(request, stream, timeout, verify, cert, proxies=None)


def guarded(session: S, connections: int) -> S:
    """The session, from now on with guarded connections and without the proxies and passwords of the environment."""
    session.trust_env = False
    session.mount("http://", GuardedAdapter(connections))
    session.mount("https://", GuardedAdapter(connections))
    return session
