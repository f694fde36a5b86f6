"""The guarded connections for libraries that are built on requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter

from .connections import Refused, guarded_pools
from .fence import OutOfBounds, current_fence

S = TypeVar("S", bound=requests.Session)


class Answers(threading.local):
    """What a thread has been answered in the blocks that it is in."""

    def __init__(self) -> None:
        self.open: list[requests.Response] | None = None


_answers = Answers()


@contextmanager
def closing_answers() -> Iterator[None]:
    """A block at whose end nothing is left of its answers: a library that gives one up in the middle would keep its
    connection, of which there are only so many.
    """
    outer, _answers.open = _answers.open, []
    try:
        yield
    finally:
        for answer in _answers.open:
            answer.close()
        _answers.open = outer


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
        answer = super().send(request, stream, timeout, verify, cert, proxies=None)
        if _answers.open is not None:
            _answers.open.append(answer)
        return answer


def guarded(session: S, connections: int) -> S:
    """The session, from now on with guarded connections and without the proxies and passwords of the environment."""
    session.trust_env = False
    session.mount("http://", GuardedAdapter(connections))
    session.mount("https://", GuardedAdapter(connections))
    return session
