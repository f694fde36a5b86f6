"""Real reverse proxies for tests: nginx, Apache and Caddy, each with TLS on a free port of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from images.proxy_examples import ProxyExample, proxy_configuration
from tests.certificates import write_certificate

SECONDS = 20
PLACES = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/sbin:/bin"
APACHE_MODULES = Path("/usr/lib/apache2/modules")
APACHE_NEEDS = ("mpm_event", "authz_core", "headers", "proxy", "proxy_http", "ssl", "socache_shmcb")


@dataclass(frozen=True, slots=True)
class Program:
    """How one proxy is started on a configuration of ours."""

    name: str
    package: str
    whole_file: Callable[[Path, str, int], str]
    arguments: Callable[[Path, Path], list[str]]


def nginx_file(folder: Path, text: str, port: int) -> str:
    return (
        f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/a; uwsgi_temp_path {folder}/b; scgi_temp_path {folder}/c;\n{text}\n}}\n"
    )


def apache_file(folder: Path, text: str, port: int) -> str:
    modules = "\n".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in APACHE_NEEDS)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    return (
        f"ServerRoot {folder}\n{modules}\n{user}DefaultRuntimeDir {folder}\nPidFile {folder}/pid\n"
        f"ErrorLog /dev/stderr\nServerName localhost\nSSLSessionCache none\nListen 127.0.0.1:{port}\n{text}\n"
    )


def caddy_file(folder: Path, text: str, port: int) -> str:
    return f"{{\n admin off\n auto_https disable_redirects\n storage file_system {folder}\n}}\n{text}\n"


PROGRAMS = {
    "nginx": Program(
        "nginx", "nginx", nginx_file, lambda folder, file: ["-e", "stderr", "-p", str(folder), "-c", str(file)]
    ),
    "Apache": Program(
        "apache2", "apache2", apache_file, lambda folder, file: ["-f", str(file), "-DFOREGROUND", "-k", "start"]
    ),
    "Caddy": Program(
        "caddy", "caddy", caddy_file, lambda folder, file: ["run", "--config", str(file), "--adapter", "caddyfile"]
    ),
}


@contextmanager
def reverse_proxy(
    kind: str, folder: Path, server: str, below: str = "", change: Callable[[str], str] = str
) -> Iterator[str]:
    """Start the proxy with the configuration that the product gives, and `change` made to it; yield its origin."""
    program = PROGRAMS[kind]
    path = shutil.which(program.name, path=PLACES)
    if path is None:
        pytest.skip(f"There is no {kind}: install it with apt install {program.package}.")
    certificate, key = (str(file) for file in write_certificate(folder))
    port = free_port()
    example = ProxyExample(host=f"localhost:{port}", server=server, folder=below, certificate=certificate, key=key)
    file = folder / "proxy.conf"
    file.write_text(program.whole_file(folder, change(proxy_configuration(kind, example)), port))
    log = folder / "proxy.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [path, *program.arguments(folder, file)],
            stdout=output,
            stderr=output,
            env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
        )
    try:
        wait_until_it_answers(process, port, log)
        yield f"https://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
        else:
            return
