"""Finished pictures in a Redis server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator

from iiifserver.secrets import SecretField

from ..base import ByteCache, CacheUnavailable, DerivativeCache, Entry, Judge, Swept, Usage
from ..keys import CacheKey
from ..redis_errors import redis_errors
from ..redis_leases import RedisLeases
from ..seal import SEAL_BYTES, unsealed, without_seal
from ..stamp import USUAL_BYTES

SCHEMES = frozenset({"redis", "rediss", "unix"})
KEY_PREFIX = r"^[A-Za-z0-9_.:-]+$"
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
        validators=[RegexValidator(KEY_PREFIX, "Use letters, digits, and the signs _ . : - only.")],
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


class RedisStore(ByteCache):
    """Keeps entries under keys of one prefix."""

    is_shared = True
    secret_options = frozenset({"password"})
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

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        """Redis removes what is expired, and keeps to its limits, by itself."""
        with redis_errors():
            total = max(1, -(-int(self._client.dbsize()) // BATCH))
            pattern = self._cache.client.make_pattern(f"{image}/*" if image else "*")
            for done, keys in enumerate(batches(self._client.scan_iter(match=pattern, count=BATCH)), start=1):
                yield self._sweep_batch(keys, judge, removes, done, max(done, total))

    def _sweep_batch(self, keys: list[Any], judge: Judge, removes: bool, done: int, total: int) -> Swept:
        entries = self._entries(keys)
        doomed = [key for key, entry in zip(keys, entries, strict=True) if judge(entry)]
        size = sum(entry.size for key, entry in zip(keys, entries, strict=True) if key in set(doomed))
        count = self._client.unlink(*doomed) if doomed and removes else len(doomed)
        return Swept(done=done, total=total, looked_at=len(keys), entries=count, bytes=size)

    def _entries(self, keys: list[Any]) -> list[Entry]:
        """What stands under the keys, fetched at once: size and beginning."""
        pipeline = self._client.pipeline(transaction=False)
        for key in keys:
            pipeline.strlen(key).getrange(key, 0, SEAL_BYTES + USUAL_BYTES - 1)
        answers = pipeline.execute()
        return [self._entry(key, *answers[2 * index : 2 * index + 2]) for index, key in enumerate(keys)]

    def _entry(self, key: Any, size: int, first: bytes) -> Entry:
        def beginning(count: int) -> bytes:
            raw = first if count <= USUAL_BYTES else self._client.getrange(key, 0, SEAL_BYTES + count - 1)
            return without_seal(raw)[:count]

        def is_whole() -> bool:
            raw = self._client.get(key)
            return raw is None or unsealed(raw) is not None

        return Entry(size=size, beginning=beginning, is_whole=is_whole)

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


class RedisCache(RedisStore, DerivativeCache):
    """Keeps pictures under keys of one prefix."""

    label = "RedisCache"
    used_for = "Several machines that share finished pictures."
    options_class = RedisOptions
    form_class = RedisForm

    def __init__(self, options: RedisOptions) -> None:
        super().__init__(options)
        self._leases = RedisLeases(lambda: self._client, f"{options.key_prefix}-flights")

    def meeting_place(self) -> RedisLeases:
        return self._leases


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
