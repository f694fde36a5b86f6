"""What a Redis that cannot be used means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .base import CacheUnavailable


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns what the client raises into `CacheUnavailable`."""
    # Here, so that only servers with such a row load the library.
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise CacheUnavailable(f"Redis does not answer as it should ({type(error).__name__}).") from error
