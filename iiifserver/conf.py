"""The fence: what the settings file allows, as typed values that are read late.

One dictionary, `IIIFSERVER`, is all that this server reads from a site's settings. Staff move inside the fence in the
admin; nothing they type there moves it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

DEFAULTS: Final[dict[str, object]] = {
    "HOME": None,
    "FILESYSTEM_ROOTS": None,
    "STORAGE_ALIASES": (),
    "MAX_DECODE_PIXELS": 200_000_000,
    "PUBLIC_URL": None,
    "TRUSTED_PROXIES": (),
    "CONFIGURATION_POLL_SECONDS": 1.0,
    "ENCRYPTION_KEYS": (),
    "SECRET_VARIABLES": (),
}


class Conf:
    """One getter for each value of the fence."""

    @property
    def home(self) -> Path:
        """The folder for everything that the server writes."""
        home = _read("HOME")
        if home is None:
            raise ImproperlyConfigured('IIIFSERVER["HOME"] is not set: name a folder that the server may write.')
        return Path(_checked("HOME", home, (str, Path), "a folder"))

    @property
    def filesystem_roots(self) -> tuple[Path, ...] | None:
        """The only folders that sources may read below, or None when they are not narrowed."""
        roots = _read("FILESYSTEM_ROOTS")
        return None if roots is None else tuple(Path(root) for root in _many("FILESYSTEM_ROOTS", roots))

    @property
    def storage_aliases(self) -> tuple[str, ...]:
        """The aliases of Django's STORAGES that sources may read."""
        return _texts("STORAGE_ALIASES")

    @property
    def max_decode_pixels(self) -> int:
        """The most pixels that an image may have to be decoded at all."""
        pixels: int = _checked("MAX_DECODE_PIXELS", _read("MAX_DECODE_PIXELS"), int, "a whole number")
        return pixels

    @property
    def public_url(self) -> str | None:
        """The address by which visitors know the server, without a last slash, or None for the request's own."""
        url = _read("PUBLIC_URL")
        return None if url is None else str(_checked("PUBLIC_URL", url, str, "an address")).rstrip("/") or None

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """The addresses and networks whose forwarded headers are believed."""
        return _texts("TRUSTED_PROXIES")

    @property
    def configuration_poll_seconds(self) -> float:
        """How old a worker's view of the configuration may grow before it looks for a newer one."""
        value = _read("CONFIGURATION_POLL_SECONDS")
        return float(_checked("CONFIGURATION_POLL_SECONDS", value, (int, float), "a number"))

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """The Fernet keys that secrets in the database are encrypted with: the first encrypts, all decrypt."""
        return _texts("ENCRYPTION_KEYS")

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """The variables that rows may name as `env:NAME`, beside those that begin with `IIIF_SECRET_`."""
        return _texts("SECRET_VARIABLES")


conf: Final = Conf()


def _read(key: str) -> object:
    fence = getattr(settings, "IIIFSERVER", {})
    if not isinstance(fence, dict):
        raise ImproperlyConfigured("IIIFSERVER must be a dictionary.")
    unknown = sorted(map(str, fence.keys() - DEFAULTS.keys()))
    if unknown:
        raise ImproperlyConfigured(
            f"IIIFSERVER has no key {', '.join(unknown)}: the known ones are {', '.join(DEFAULTS)}."
        )
    return fence.get(key, DEFAULTS[key])


def _checked(key: str, value: object, kind: type | tuple[type, ...], wanted: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, kind):
        raise ImproperlyConfigured(f'IIIFSERVER["{key}"] must be {wanted}.')
    return value


def _many(key: str, value: object) -> tuple[Any, ...]:
    return tuple(_checked(key, value, (list, tuple), "a list or a tuple"))


def _texts(key: str) -> tuple[str, ...]:
    return tuple(_checked(key, text, str, "a list of texts") for text in _many(key, _read(key)))
