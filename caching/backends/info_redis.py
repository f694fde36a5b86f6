"""What is known of images, in a Redis server."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.validators import RegexValidator

from ..base import LastingInfoCache
from .redis import KEY_PREFIX, RedisForm, RedisOptions, RedisStore


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoRedisOptions(RedisOptions):
    """The same as for pictures, under keys of their own."""

    key_prefix: str = "iiif-infos"
    largest_bytes: int = 2_000_000


class InfoRedisForm(RedisForm):
    key_prefix = forms.CharField(
        label="Key prefix",
        initial="iiif-infos",
        max_length=100,
        validators=[RegexValidator(KEY_PREFIX, "Use letters, digits, and the signs _ . : - only.")],
        help_text="Every key begins so; nothing else in Redis is ever touched. It must not be that of a cache of "
        "pictures. Servers with one prefix share what they know.",
    )
    largest_bytes = forms.IntegerField(
        label="Largest entry",
        initial=2_000_000,
        min_value=1,
        max_value=500_000_000,
        help_text="In bytes. What takes more, such as the places of very many tiles, is read from the image again.",
    )


class InfoRedisCache(RedisStore, LastingInfoCache):
    """Keeps what is known of images under keys of one prefix."""

    label = "RedisCache"
    used_for = "Several machines that share what they know of images."
    options_class = InfoRedisOptions
    form_class = InfoRedisForm
