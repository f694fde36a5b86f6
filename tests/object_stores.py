"""Servers of this machine that speak like the object stores: moto for S3, Azurite for Azure, an emulator for Google."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live import ROOT

AZURITE = ROOT / "tests" / "emulators" / "node_modules" / ".bin" / "azurite-blob"
AZURITE_MISSING = "Azurite is missing: install Node.js and run python -m tests.fetch."
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key that the emulator publishes for everybody."""
START_SECONDS = 60

S3_KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server that speaks S3 and believes any key."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextmanager
def azure_server(folder: Path, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """The address of the one account of a server that speaks like Azure; over TLS with a certificate, and then it
    takes tokens as well.
    """
    if not AZURITE.exists() or shutil.which("node") is None:
        pytest.skip(AZURITE_MISSING)
    port = free_port()
    command = [str(AZURITE), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--silent"]
    command += ["--skipApiVersionCheck", "--disableTelemetry"]
    if certificate:
        command += ["--cert", str(certificate[0]), "--key", str(certificate[1]), "--oauth", "basic"]
    with subprocess.Popen([*command, "--location", str(folder)]) as process:
        try:
            wait_for(port)
            yield f"http{'s' if certificate else ''}://127.0.0.1:{port}/{AZURE_ACCOUNT}"
        finally:
            process.terminate()


@contextmanager
def google_server() -> Iterator[str]:
    """The address of a server that speaks like Google Cloud Storage and asks nobody who they are."""
    from gcp_storage_emulator.server import create_server

    port = free_port()
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise OSError("The server does not start.")
