"""Finished pictures in a Redis server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator

from iiifserver.secrets import SecretField

from ..base import CacheUnavailable, DerivativeCache, Usage
from ..keys import CacheKey

SCHEMES = frozenset({"redis", "rediss", "unix"})
BATCH = 1000
"""How many keys are removed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisOptions:
    address: str
    password: str = ""
    timeout_seconds: float = 0.5
    key_prefix: str = "iiif-pictures"
    ttl_seconds: int = 2_592_000
    """0 for no end."""
    largest_bytes: int = 5_000_000


class RedisForm(forms.Form):
    address = forms.CharField(
        label="Address",
        help_text="redis://host:port/db, such as redis://localhost:6379/0. With TLS rediss://, a socket unix:///path.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    password = SecretField(label="Password", required=False, help_text="Leave it empty where Redis asks for none.")
    timeout_seconds = forms.FloatField(
        label="Timeout",
        initial=0.5,
        min_value=0.05,
        max_value=60,
        help_text="In seconds. A Redis that is slower than this is passed by, and the picture is made.",
    )
    key_prefix = forms.CharField(
        label="Key prefix",
        initial="iiif-pictures",
        max_length=100,
        validators=[RegexValidator(r"^[A-Za-z0-9_.:-]+$", "Use letters, digits, and the signs _ . : - only.")],
        help_text="Every key begins so; nothing else in Redis is ever touched. Servers with one prefix share entries.",
    )
    ttl_seconds = forms.IntegerField(
        label="Time to live",
        initial=2_592_000,
        min_value=0,
        max_value=10**9,
        help_text="In seconds from when a picture was made; 0 for no end. Set maxmemory and allkeys-lru in Redis to "
        "bound its memory.",
    )
    largest_bytes = forms.IntegerField(
        label="Largest entry",
        initial=5_000_000,
        min_value=1,
        max_value=500_000_000,
        help_text="In bytes. Larger pictures are not kept in Redis.",
    )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        try:
            check_address(address)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return address


class RedisCache(DerivativeCache):
    """Keeps pictures under keys of one prefix."""

    label = "RedisCache"
    used_for = "Several machines that share finished pictures."
    is_shared = True
    secret_options = frozenset({"password"})
    options_class = RedisOptions
    form_class = RedisForm
    options: RedisOptions

    def __init__(self, options: RedisOptions) -> None:
        super().__init__(options)
        check_address(options.address)
        self._cache = connected(options)

    def get(self, key: CacheKey) -> bytes | None:
        with redis_errors():
            content: bytes | None = self._cache.get(str(key))
        # Django would hand a number that somebody else has stored as a number.
        return content if isinstance(content, bytes) else None

    def put(self, key: CacheKey, content: bytes) -> None:
        if len(content) <= self.options.largest_bytes:
            with redis_errors():
                self._cache.set(str(key), content)

    def purge(self) -> int:
        return self._remove("*")

    def purge_image(self, image: str) -> int:
        return self._remove(f"{image}/*")

    def usage(self) -> Usage:
        with redis_errors():
            memory = self._client.info("memory")
            entries = self._client.dbsize()
        return Usage(
            entries=entries,
            bytes=memory["used_memory"],
            limit_bytes=memory.get("maxmemory") or None,
            unit="keys",
            note="in the whole Redis server",
        )

    def problems(self) -> Iterable[str]:
        try:
            with redis_errors():
                self._client.ping()
        except CacheUnavailable as error:
            return [f"{error} Start Redis, or correct the address and the password. Pictures are made anew meanwhile."]
        return []

    @property
    def _client(self) -> Any:
        return self._cache.client.get_client()

    def _remove(self, pattern: str) -> int:
        with redis_errors():
            keys = self._client.scan_iter(match=self._cache.client.make_pattern(pattern), count=BATCH)
            return sum(self._client.unlink(*batch) for batch in batches(keys))


def check_address(address: str) -> None:
    """Raises `ValueError`, which never repeats the address: it may hold a password."""
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES or not (parts.hostname or parts.path):
        raise ValueError("Write an address such as redis://localhost:6379/0.")
    if parts.password:
        raise ValueError("Write the password into its own field, where it is encrypted, not into the address.")


def connected(options: RedisOptions) -> Any:
    """A cache of django-redis; it connects when it is used."""
    # Here, so that only servers with such a row load the library.
    from django_redis.cache import RedisCache as DjangoRedisCache
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as ConnectionLost
    from redis.retry import Retry

    # Once more on a connection that Redis closed while it was idle; a slow Redis is not asked twice.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,))
    parameters = {
        "KEY_PREFIX": options.key_prefix,
        "KEY_FUNCTION": "caching.sealed_redis.plain_key",
        "TIMEOUT": options.ttl_seconds or None,
        "OPTIONS": {
            "CONNECTION_FACTORY": "caching.sealed_redis.OwnPool",
            "SERIALIZER": "caching.sealed_redis.SealedBytes",
            "IGNORE_EXCEPTIONS": False,
            "PASSWORD": options.password,
            "SOCKET_CONNECT_TIMEOUT": options.timeout_seconds,
            "SOCKET_TIMEOUT": options.timeout_seconds,
            "CONNECTION_POOL_KWARGS": {"retry": retry},
        },
    }
    return DjangoRedisCache(options.address, parameters)


def batches(keys: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(keys)
    while batch := list(itertools.islice(remaining, BATCH)):
        yield batch


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns what the client raises into `CacheUnavailable`."""
    # Here for the same reason as in `connected`.
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise CacheUnavailable(f"Redis does not answer as it should ({type(error).__name__}).") from error
