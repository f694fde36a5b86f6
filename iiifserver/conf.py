"""The fence: what the settings file allows, as typed values that are read late.

One dictionary, `IIIFSERVER`, is all that this server reads from a site's settings. Staff move inside the fence in the
admin; nothing they type there moves it.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network

DEFAULTS: Final[dict[str, object]] = {
    "HOME": None,
    "FILESYSTEM_ROOTS": None,
    "STORAGE_ALIASES": (),
    "DATABASE_ALIASES": (),
    "DELEGATE": None,
    "DELEGATE_TIMEOUT_SECONDS": 5.0,
    "MAX_DECODE_PIXELS": 200_000_000,
    "OPENJPEG_LIBRARY": None,
    "PUBLIC_URL": None,
    "TRUSTED_PROXIES": (),
    "CONFIGURATION_POLL_SECONDS": 1.0,
    "ENCRYPTION_KEYS": (),
    "SECRET_VARIABLES": (),
    "REMOTE_HOSTS": None,
    "PRIVATE_NETWORKS": (),
    "AMBIENT_CREDENTIALS": False,
    "TASK_BACKEND": None,
    "TASK_QUEUE": "default",
}


class Conf:
    """One getter for each value of the fence."""

    @property
    def home(self) -> Path:
        """The folder for everything that the server writes."""
        home = _read("HOME")
        if home is None:
            raise ImproperlyConfigured('IIIFSERVER["HOME"] is not set: name a folder that the server may write.')
        # A path that has been hashed remembers it, and this one is a part of keys on every request.
        return home if isinstance(home, Path) else Path(_checked("HOME", home, str, "a folder"))

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
    def database_aliases(self) -> tuple[str, ...]:
        """The aliases of Django's DATABASES that sources may read."""
        return _texts("DATABASE_ALIASES")

    @property
    def delegate(self) -> str | None:
        """The site's delegate class, as `/path/file.py:Class` or as a dotted path, or None when there is none."""
        name = _read("DELEGATE")
        return None if name is None else str(_checked("DELEGATE", name, str, "the name of a class")) or None

    @property
    def delegate_timeout_seconds(self) -> float:
        """How long one method of the delegate may take."""
        value = _read("DELEGATE_TIMEOUT_SECONDS")
        return float(_checked("DELEGATE_TIMEOUT_SECONDS", value, (int, float), "a number"))

    @property
    def max_decode_pixels(self) -> int:
        """The most pixels that an image may have to be decoded at all."""
        pixels: int = _checked("MAX_DECODE_PIXELS", _read("MAX_DECODE_PIXELS"), int, "a whole number")
        return pixels

    @property
    def openjpeg_library(self) -> str | None:
        """The file of the OpenJPEG library, or None for the first that is found."""
        path = _read("OPENJPEG_LIBRARY")
        return None if path is None else str(_checked("OPENJPEG_LIBRARY", path, (str, Path), "a file")) or None

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

    @property
    def remote_hosts(self) -> tuple[str, ...] | None:
        """The only hosts that may be asked for images, `.example.org` for all below; `None`: every public one."""
        return None if _read("REMOTE_HOSTS") is None else _texts("REMOTE_HOSTS")

    @property
    def private_networks(self) -> tuple[Network, ...]:
        """The networks that may be asked for images although they are not public."""
        return tuple(_network("PRIVATE_NETWORKS", text) for text in _texts("PRIVATE_NETWORKS"))

    @property
    def ambient_credentials(self) -> bool:
        """Whether sources may use what the machine itself is given: environment, profile, instance."""
        value = _read("AMBIENT_CREDENTIALS")
        if not isinstance(value, bool):
            raise ImproperlyConfigured('IIIFSERVER["AMBIENT_CREDENTIALS"] must be True or False.')
        return value

    @property
    def task_backend(self) -> str:
        """The alias in Django's TASKS of those whose workers do jobs; empty where runners of this server do them."""
        name = _read("TASK_BACKEND")
        return "" if name is None else str(_checked("TASK_BACKEND", name, str, "an alias in TASKS"))

    @property
    def task_queue(self) -> str:
        """The queue of that backend into which jobs are put."""
        return str(_checked("TASK_QUEUE", _read("TASK_QUEUE"), str, "the name of a queue"))


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


def _network(key: str, text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise ImproperlyConfigured(f'IIIFSERVER["{key}"] must be networks such as 10.0.0.0/8.') from error


def _texts(key: str) -> tuple[str, ...]:
    return tuple(_checked(key, text, str, "a list of texts") for text in _many(key, _read(key)))
