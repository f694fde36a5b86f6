"""What django-redis is told, so that it keeps our bytes as they are. Imported by it, when a row wants Redis."""

from __future__ import annotations

from typing import Any

from django_redis.pool import ConnectionFactory
from django_redis.serializers.base import BaseSerializer

from .seal import sealed, unsealed


class SealedBytes(BaseSerializer):  # type: ignore[misc]
    """Keeps bytes, sealed; whatever else stands under a key of ours is nothing."""

    def dumps(self, value: bytes) -> bytes:
        return sealed(value)

    def loads(self, value: bytes) -> bytes | None:
        return unsealed(value)


class OwnPool(ConnectionFactory):  # type: ignore[misc]
    """Gives each row a pool of connections of its own.

    django-redis shares pools by address: a row with another password or timeout would get those of the first.
    """

    def get_or_create_connection_pool(self, params: dict[str, Any]) -> Any:
        return self.get_connection_pool(params)


def plain_key(key: str, key_prefix: str, version: object) -> str:
    """Prefix and key, so that all keys of one image begin alike."""
    return f"{key_prefix}:{key}"
