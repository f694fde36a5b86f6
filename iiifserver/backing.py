"""Addresses of the services behind the standalone server, as the dictionaries that Django reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url

from iiifserver.refusal import Refusal

if TYPE_CHECKING:
    from iiifserver.environment import Environment

SQLITE_BUSY_SECONDS = 20
SQLITE_OPTIONS = {
    "timeout": SQLITE_BUSY_SECONDS,
    # A transaction that starts as a reader and turns writer fails at once when another has written; one that
    # asks for the write lock first waits its turn.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
}
S3_KEYS = frozenset({"endpoint_url", "region_name", "addressing_style"})


def database(environment: Environment) -> dict[str, Any]:
    """Return the one database: SQLite in the home, or what DATABASE_URL names."""
    if not environment.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(environment.home.database),
            "OPTIONS": SQLITE_OPTIONS,
        }
    parsed = _parsed_database(environment.database_url)
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return {**parsed, "OPTIONS": {**SQLITE_OPTIONS, **parsed.get("OPTIONS", {})}}
    if not environment.secret_key:
        raise Refusal(
            "IIIFSERVER_SECRET_KEY is not set: with a database outside the home, give every machine that uses it "
            "the same long random text."
        )
    options = {"connect_timeout": 10, **parsed.get("OPTIONS", {})}
    return {**parsed, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def image_databases(environment: Environment) -> dict[str, Any]:
    """Return the databases that hold images, by alias: read by sources, and by nobody else."""
    return {
        alias: _parsed_database(url, f"IIIFSERVER_DATABASE_{alias.upper()}_URL")
        for alias, url in environment.image_database_urls.items()
    }


def _parsed_database(url: str, variable: str = "DATABASE_URL") -> dict[str, Any]:
    # The sentence never repeats the address: it may hold a password.
    refusal = Refusal(
        f"{variable} is not the address of a database: write postgresql://user:password@host:5432/name or "
        "sqlite:////folder/file, or leave it out."
    )
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise refusal from error
    is_file = parsed["ENGINE"] == "django.db.backends.sqlite3" and parsed["NAME"] not in ("", ":memory:")
    is_postgresql = parsed["ENGINE"] == "django.db.backends.postgresql" and parsed["NAME"]
    if not (is_file or is_postgresql):
        raise refusal
    return parsed


def cache(environment: Environment) -> dict[str, Any]:
    """Return Django's default cache: Redis when there is one, else the memory of each process."""
    if not environment.redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    timeouts = {"SOCKET_CONNECT_TIMEOUT": 2, "SOCKET_TIMEOUT": 2}
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": environment.redis_url,
        "KEY_PREFIX": "iiif",
        "OPTIONS": timeouts,
    }


def session_engine(environment: Environment) -> str:
    """Return where log-ins are kept."""
    # A cache of its own in every process would keep a log-in alive after the sign-out that another process saw.
    return "django.contrib.sessions.backends.cached_db" if environment.redis_url else _DATABASE_SESSIONS


_DATABASE_SESSIONS = "django.contrib.sessions.backends.db"


def storage(environment: Environment) -> dict[str, Any]:
    """Return Django's default storage: a bucket when one is named, else a folder in the home."""
    if not environment.storage_url:
        location = str(environment.home.media)
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": location}}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _s3_options(environment.storage_url)}


def _s3_options(url: str) -> dict[str, str]:
    try:
        parts = urlsplit(url)
        query = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    except ValueError as error:
        raise _bad_storage() from error
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or not S3_KEYS.issuperset(query):
        raise _bad_storage()
    return {"bucket_name": parts.netloc, "location": parts.path.strip("/"), **query}


def _bad_storage() -> Refusal:
    return Refusal(
        "IIIFSERVER_STORAGE_URL is not the address of a bucket: write s3://bucket/prefix?endpoint_url=https://host "
        f"(known after the question mark: {', '.join(sorted(S3_KEYS))}), and give credentials in AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY."
    )
