"""What `manage.py check` says of the fence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from .conf import Conf, WrongSetting, conf

GETTERS = tuple(name for name, value in vars(Conf).items() if isinstance(value, property))


def check_fence(**kwargs: Any) -> Iterable[CheckMessage]:
    """An error for each value that is not what it must be, and for each alias of something that there is not."""
    # Where the dictionary itself is wrong, each of its values says the same.
    return [Error(sentence, id="iiif_images.E001") for sentence in dict.fromkeys(wrong_values())]


def wrong_values() -> Iterator[str]:
    for name in GETTERS:
        try:
            getattr(conf, name)
        except WrongSetting as error:
            yield str(error)
            continue
        if name in ALIASES:
            yield from unknown_aliases(name)


ALIASES = {"storage_aliases": "STORAGES", "database_aliases": "DATABASES"}
"""From a getter to the setting of Django whose keys its values are."""


def unknown_aliases(name: str) -> Iterator[str]:
    known = getattr(settings, ALIASES[name])
    for text in getattr(conf, name):
        # A storage may be opened for one folder in it alone.
        alias = text.partition(":")[0]
        if alias not in known:
            listed = ", ".join(sorted(map(str, known)))
            yield f'IIIFSERVER["{name.upper()}"] names “{alias}”, and {ALIASES[name]} has only {listed}.'
