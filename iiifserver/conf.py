"""The fence: what the settings file allows, as typed values that are read late.

One dictionary, `IIIFSERVER`, is all that this server reads from a site's settings. Staff move inside the fence in the
admin; nothing they type there moves it.
"""

from __future__ import annotations

import base64
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

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


class WrongSetting(ImproperlyConfigured):
    """A value of the fence is not what it must be. The message names the key and what to write."""


class Conf:
    """One getter for each value of the fence; each raises `WrongSetting`."""

    @property
    def home(self) -> Path:
        """The folder for everything that the server writes."""
        home = _read("HOME")
        if home is None:
            raise WrongSetting('IIIFSERVER["HOME"] is not set: name a folder that the server may write.')
        return _folder("HOME", home)

    @property
    def filesystem_roots(self) -> tuple[Path, ...] | None:
        """The only folders that sources may read below, or None when they are not narrowed."""
        if _read("FILESYSTEM_ROOTS") is None:
            return None
        wanted = 'a list of whole paths of folders, such as ["/srv/pictures"], or None'
        return tuple(_folder("FILESYSTEM_ROOTS", root, wanted) for root in _many("FILESYSTEM_ROOTS", wanted))

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
        return _text("DELEGATE", 'the name of a class, such as "/srv/site_delegate.py:Site", or None') or None

    @property
    def delegate_timeout_seconds(self) -> float:
        """How long one method of the delegate may take."""
        return _seconds("DELEGATE_TIMEOUT_SECONDS", 0.001)

    @property
    def max_decode_pixels(self) -> int:
        """The most pixels that an image may have to be decoded at all."""
        pixels = _read("MAX_DECODE_PIXELS")
        if isinstance(pixels, bool) or not isinstance(pixels, int) or pixels < 1:
            raise _wrong("MAX_DECODE_PIXELS", "a whole number from 1")
        return pixels

    @property
    def openjpeg_library(self) -> str | None:
        """The file of the OpenJPEG library, or None for the first that is found."""
        path = _read("OPENJPEG_LIBRARY")
        return str(path) if isinstance(path, Path) else _text("OPENJPEG_LIBRARY", "the path of a file, or None") or None

    @property
    def public_url(self) -> str | None:
        """The address by which visitors know the server, without a last slash, or None for the request's own."""
        wanted = 'an address with its scheme, such as "https://images.example.org", or None'
        url = _text("PUBLIC_URL", wanted)
        if url and not _is_public(url):
            raise _wrong("PUBLIC_URL", wanted)
        return url.rstrip("/") or None

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """The addresses and networks whose forwarded headers are believed."""
        texts = _texts("TRUSTED_PROXIES")
        _networks("TRUSTED_PROXIES")
        return texts

    @property
    def configuration_poll_seconds(self) -> float:
        """How old a worker's view of the configuration may grow before it looks for a newer one."""
        return _seconds("CONFIGURATION_POLL_SECONDS", 0)

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """The Fernet keys that secrets in the database are encrypted with: the first encrypts, all decrypt."""
        keys = _texts("ENCRYPTION_KEYS")
        if not all(map(_is_key, keys)):
            raise _wrong("ENCRYPTION_KEYS", "a list of keys, each as cryptography's Fernet.generate_key() makes it")
        return keys

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """The variables that rows may name as `env:NAME`, beside those that begin with `IIIF_SECRET_`."""
        return _texts("SECRET_VARIABLES")

    @property
    def remote_hosts(self) -> tuple[str, ...] | None:
        """The only hosts that may be asked for images, `.example.org` for all below; `None`: every public one."""
        if _read("REMOTE_HOSTS") is None:
            return None
        hosts = _texts("REMOTE_HOSTS")
        if any(NO_HOST.search(host) for host in hosts):
            raise _wrong("REMOTE_HOSTS", 'names of hosts alone, such as "images.example.org" or ".example.org"')
        return hosts

    @property
    def private_networks(self) -> tuple[Network, ...]:
        """The networks that may be asked for images although they are not public."""
        return _networks("PRIVATE_NETWORKS")

    @property
    def ambient_credentials(self) -> bool:
        """Whether sources may use what the machine itself is given: environment, profile, instance."""
        value = _read("AMBIENT_CREDENTIALS")
        if not isinstance(value, bool):
            raise _wrong("AMBIENT_CREDENTIALS", "True or False")
        return value

    @property
    def task_backend(self) -> str:
        """The alias in Django's TASKS of those whose workers do jobs; empty where runners of this server do them."""
        return _text("TASK_BACKEND", "an alias in TASKS, or None")

    @property
    def task_queue(self) -> str:
        """The queue of that backend into which jobs are put."""
        queue = _text("TASK_QUEUE", "the name of a queue")
        if not queue:
            raise _wrong("TASK_QUEUE", "the name of a queue")
        return queue


conf: Final = Conf()

LONGEST_SECONDS = 86_400
NO_HOST = re.compile(r"[\s/*@]|\A\Z|\A[^:]*:[0-9]*\Z")
"""Found in what is an address, a port or a pattern rather than the name of a host."""
KEY_BYTES = 32


def _read(key: str) -> object:
    fence = getattr(settings, "IIIFSERVER", {})
    if not isinstance(fence, dict):
        raise WrongSetting('IIIFSERVER must be a dictionary, such as {"HOME": "/srv/iiif"}.')
    unknown = sorted(map(str, fence.keys() - DEFAULTS.keys()))
    if unknown:
        raise WrongSetting(f"IIIFSERVER has no key {', '.join(unknown)}: the known ones are {', '.join(DEFAULTS)}.")
    return fence.get(key, DEFAULTS[key])


def _wrong(key: str, wanted: str) -> WrongSetting:
    return WrongSetting(f'IIIFSERVER["{key}"] must be {wanted}.')


def _text(key: str, wanted: str) -> str:
    """The text; an empty one for None."""
    value = _read(key)
    if value is not None and not isinstance(value, str):
        raise _wrong(key, wanted)
    return value or ""


def _many(key: str, wanted: str) -> tuple[Any, ...]:
    value = _read(key)
    if not isinstance(value, (list, tuple)):
        raise _wrong(key, wanted)
    return tuple(value)


def _texts(key: str) -> tuple[str, ...]:
    texts = _many(key, "a list of texts")
    if not all(isinstance(text, str) for text in texts):
        raise _wrong(key, "a list of texts")
    return texts


def _folder(key: str, value: object, wanted: str = 'the whole path of a folder, such as "/srv/iiif"') -> Path:
    # A path that has been hashed remembers it, and the home is a part of keys on every request.
    path = Path(value) if isinstance(value, str) else value
    if not (isinstance(path, Path) and path.is_absolute() and "\0" not in str(path)):
        raise _wrong(key, wanted)
    return path


def _networks(key: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text, strict=False) for text in _texts(key))
    except ValueError as error:
        raise _wrong(key, 'a list of addresses or networks, such as ["10.0.0.0/8"]') from error


def _seconds(key: str, least: float) -> float:
    value = _read(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= LONGEST_SECONDS:
        raise _wrong(key, f"a number of seconds from {least:g} to {LONGEST_SECONDS}")
    return float(value)


def _is_public(url: str) -> bool:
    """Whether this is an address under which a server can be known: without a password, a question or a place in it."""
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_plain = has_port and url.isprintable() and not (parts.query or parts.fragment or parts.username is not None)
    return is_plain and parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False
