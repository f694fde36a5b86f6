"""What a machine must know before it has a database: the variables of the standalone server, read once."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from environs import Env, EnvError

from iiifserver.home import Home
from iiifserver.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
IMAGE_DATABASE = re.compile(r"IIIFSERVER_DATABASE_(?P<name>[A-Z][A-Z0-9_]*)_URL")
WILDCARDS = ("", "0.0.0.0", "::", "*")  # noqa: S104 (compared with, never bound to)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUrl:
    """The address by which visitors know the server, without a last slash."""

    scheme: str
    netloc: str
    host: str
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Every variable of the standalone server, checked."""

    home: Home
    host: str
    port: int
    workers: int
    tls: tuple[Path, Path] | None
    database_url: str
    redis_url: str
    storage_url: str
    secret_key: str
    public_url: PublicUrl | None
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    filesystem_roots: tuple[Path, ...] | None
    storage_aliases: tuple[str, ...]
    image_database_urls: dict[str, str]
    delegate: str
    delegate_timeout_seconds: float
    slow_client_seconds: float
    max_decode_pixels: int
    openjpeg_library: str | None
    configuration_poll_seconds: float
    encryption_keys: tuple[str, ...]
    secret_variables: tuple[str, ...]
    remote_hosts: tuple[str, ...] | None
    private_networks: tuple[str, ...]
    ambient_credentials: bool
    log_level: str
    access_log: str


def read_environment() -> Environment:
    """Read and check all variables, or refuse with a sentence about the first that is wrong."""
    env = Env(expand_vars=False)
    return Environment(
        home=Home(_folder(env, "IIIFSERVER_HOME") or default_home()),
        host=env.str("HOST", "127.0.0.1").strip(),
        port=_number(env.int, "PORT", 8182, at_least=0, at_most=65535),
        workers=_number(env.int, "WORKERS", _default_workers(), at_least=1, at_most=1024),
        tls=_tls(env),
        database_url=env.str("DATABASE_URL", "").strip(),
        redis_url=_redis_url(env),
        storage_url=env.str("IIIFSERVER_STORAGE_URL", "").strip(),
        secret_key=env.str("IIIFSERVER_SECRET_KEY", "").strip(),
        public_url=_public_url(env),
        allowed_hosts=_words(env, "IIIFSERVER_ALLOWED_HOSTS"),
        trusted_proxies=_networks(env, "IIIFSERVER_TRUSTED_PROXIES"),
        filesystem_roots=_folders(env, "IIIFSERVER_FILESYSTEM_ROOTS"),
        storage_aliases=_words(env, "IIIFSERVER_STORAGE_ALIASES"),
        image_database_urls=_image_database_urls(),
        delegate=_delegate(env),
        delegate_timeout_seconds=_number(env.float, "IIIFSERVER_DELEGATE_TIMEOUT_SECONDS", 5.0, at_least=0.1),
        slow_client_seconds=_number(env.float, "IIIFSERVER_SLOW_CLIENT_SECONDS", 15.0, at_least=0.1),
        max_decode_pixels=_number(env.int, "IIIFSERVER_MAX_DECODE_PIXELS", 200_000_000, at_least=1),
        openjpeg_library=env.str("IIIFSERVER_OPENJPEG_LIBRARY", "").strip() or None,
        configuration_poll_seconds=_number(env.float, "IIIFSERVER_CONFIGURATION_POLL_SECONDS", 1.0, at_least=0),
        encryption_keys=_encryption_keys(env),
        secret_variables=_words(env, "IIIFSERVER_SECRET_VARIABLES"),
        remote_hosts=_words(env, "IIIFSERVER_REMOTE_HOSTS") or None,
        private_networks=_networks(env, "IIIFSERVER_PRIVATE_NETWORKS"),
        ambient_credentials=_yes(env, "IIIFSERVER_AMBIENT_CREDENTIALS"),
        log_level=_log_level(env),
        access_log=env.str("IIIFSERVER_ACCESS_LOG", "").strip(),
    )


def host_name(host: str) -> str:
    """Return the host as it stands in a Host header and in an address."""
    return f"[{host}]" if ":" in host else host


def base_folder() -> Path:
    """Return the folder that holds the code: the checkout, or the place where packages are installed."""
    return Path(__file__).resolve().parent.parent


def templates_folder() -> Path:
    """Return the folder of the standalone site's templates: in the checkout, or as they are installed."""
    beside = base_folder() / "templates"
    return beside if (base_folder() / "manage.py").is_file() else Path(__file__).resolve().parent / "site_templates"


def default_home() -> Path:
    """Return `var` beside manage.py, or in the current folder when the server is an installed package."""
    base = base_folder()
    return (base if (base / "manage.py").is_file() else Path.cwd()) / "var"


def _default_workers() -> int:
    return max(2, len(os.sched_getaffinity(0)))


def _number(
    read: Callable[[str, T], T | None], variable: str, default: T, *, at_least: float, at_most: int | None = None
) -> T:
    wanted = f"from {at_least} to {at_most}" if at_most is not None else f"of at least {at_least}"
    refusal = Refusal(f"{variable} is {os.environ.get(variable)!r}: write a number {wanted}, or leave it out.")
    if not os.environ.get(variable, "").strip():
        return default
    try:
        number = read(variable, default)
    except EnvError as error:
        raise refusal from error
    in_range = isinstance(number, (int, float)) and at_least <= number and (at_most is None or number <= at_most)
    if not in_range or number is None:
        raise refusal
    return number


def _words(env: Env, variable: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in env.str(variable, "").split(",") if word.strip())


def _yes(env: Env, variable: str) -> bool:
    written = env.str(variable, "").strip().lower()
    if written not in ("", "0", "1", "no", "yes", "false", "true"):
        raise Refusal(f"{variable} is {written!r}: write yes or no, or leave it out.")
    return written in ("1", "yes", "true")


def _image_database_urls() -> dict[str, str]:
    """By alias: what stands for NAME in IIIFSERVER_DATABASE_NAME_URL, in small letters."""
    found = {variable: IMAGE_DATABASE.fullmatch(variable) for variable in os.environ}
    urls = {match["name"].lower(): os.environ[name].strip() for name, match in found.items() if match}
    if "default" in urls:
        raise Refusal("IIIFSERVER_DATABASE_DEFAULT_URL: the alias “default” is the server's own; use another name.")
    return {alias: url for alias, url in sorted(urls.items()) if url}


def _delegate(env: Env) -> str:
    name = env.str("IIIFSERVER_DELEGATE", "").strip()
    path, colon, class_name = name.rpartition(":")
    is_file = os.path.isabs(path) and class_name.isidentifier()
    is_dotted = not colon and "." in name and all(part.isidentifier() for part in name.split("."))
    if name and not (is_file or is_dotted):
        raise Refusal(
            f"IIIFSERVER_DELEGATE is {name!r}: write a whole path and a class, /path/file.py:Class, or a dotted path."
        )
    return name


def _encryption_keys(env: Env) -> tuple[str, ...]:
    keys = _words(env, "IIIFSERVER_ENCRYPTION_KEYS")
    try:
        for key in keys:
            Fernet(key)
    except ValueError as error:
        raise Refusal(
            "IIIFSERVER_ENCRYPTION_KEYS holds something that is no key. Make one with: "
            "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'."
        ) from error
    return keys


def _folder(env: Env, variable: str) -> Path | None:
    written = env.str(variable, "").strip()
    return Path(os.path.abspath(Path(written).expanduser())) if written else None


def _folders(env: Env, variable: str) -> tuple[Path, ...] | None:
    written = env.str(variable, "").strip()
    if not written:
        return None
    folders = tuple(Path(part).expanduser() for part in written.split(":") if part)
    if not all(folder.is_absolute() for folder in folders):
        raise Refusal(f"{variable} is {written!r}: write absolute folders, with a colon between them.")
    return folders


def _networks(env: Env, variable: str) -> tuple[str, ...]:
    networks = _words(env, variable)
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise Refusal(
                f"{variable} names {network!r}: write addresses or networks such as 10.0.0.0/8, "
                "with commas between them."
            ) from error
    return networks


def _public_url(env: Env) -> PublicUrl | None:
    written = env.str("IIIFSERVER_PUBLIC_URL", "").strip()
    if not written:
        return None
    parts = _split_url(written)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise _bad_public_url(written)
    if parts.query or parts.fragment:
        raise _bad_public_url(written)
    host, path = host_name(parts.hostname), parts.path.rstrip("/")
    return PublicUrl(scheme=parts.scheme, netloc=parts.netloc.lower(), host=host, path=path)


def _split_url(written: str) -> SplitResult | None:
    try:
        parts = urlsplit(written)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _bad_public_url(written: str) -> Refusal:
    return Refusal(
        f"IIIFSERVER_PUBLIC_URL is {written!r}: write the address that visitors use, such as https://images.example.org."
    )


def _redis_url(env: Env) -> str:
    written = env.str("IIIFSERVER_REDIS_URL", "").strip()
    if written and not written.startswith(("redis://", "rediss://", "unix://")):
        raise Refusal("IIIFSERVER_REDIS_URL is not the address of a Redis: write redis://host:6379/0, or leave it out.")
    return written


def _tls(env: Env) -> tuple[Path, Path] | None:
    certificate, key = _folder(env, "TLS_CERT"), _folder(env, "TLS_KEY")
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "TLS_CERT" if certificate is None else "TLS_KEY"
        raise Refusal(f"{missing} is not set: TLS needs both TLS_CERT and TLS_KEY, plain HTTP neither.")
    for variable, file in (("TLS_CERT", certificate), ("TLS_KEY", key)):
        if not os.access(file, os.R_OK) or not file.is_file():
            raise Refusal(f"{variable} names {file}, which is not a file that this user may read: correct the path.")
    return certificate, key


def _log_level(env: Env) -> str:
    level = env.str("IIIFSERVER_LOG_LEVEL", "INFO").strip().upper()
    if level not in LOG_LEVELS:
        raise Refusal(f"IIIFSERVER_LOG_LEVEL is {level!r}: write one of {', '.join(LOG_LEVELS)}.")
    return level
