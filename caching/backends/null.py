"""A cache that remembers nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from ..base import DerivativeCache, Usage
from ..keys import CacheKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NullOptions:
    """There is nothing to choose."""


class NullForm(forms.Form):
    """There is nothing to choose."""


class NullCache(DerivativeCache):
    """Stands where a cache would, so that nobody asks whether there is one."""

    label = "None"
    used_for = "Trying things out: every picture is made anew."
    is_shared = False
    options_class = NullOptions
    form_class = NullForm

    def get(self, key: CacheKey) -> bytes | None:
        return None

    def put(self, key: CacheKey, content: bytes) -> None:
        pass

    def purge(self) -> int:
        return 0

    def purge_image(self, image: str) -> int:
        return 0

    def usage(self) -> Usage:
        return Usage(entries=0)
