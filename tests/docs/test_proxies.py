"""The configuration of nginx that the documentation gives, run by a real nginx in front of a real server."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time

import pytest
from PIL import Image

from tests.browsing import Visitor
from tests.docs.pages import blocks
from tests.live import live_server, share_samples

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
SECONDS = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="There is no nginx: install it with apt install nginx."),
]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def main_file(folder, server_block):
    """The least that nginx wants around a server."""
    return (
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/a; uwsgi_temp_path {folder}/b; scgi_temp_path {folder}/c;\n{server_block}\n}}\n"
    )


def in_front_of(server, block, port):
    """The documented block on a port of the test: plain HTTP, since certificates are not what is tested."""
    without_tls = re.sub(r"^\s*ssl_\w+ .*$", "", block, flags=re.MULTILINE)
    local = without_tls.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("$scheme;", "https;")
    return local.replace("http://127.0.0.1:8182", server.url)


@pytest.fixture
def proxied(tmp_path, drawn_samples):
    """Starts a server with this public address, and nginx with this block in front; ends both by their ids."""
    running = []

    def start(block, public_url):
        home = tmp_path / "home"
        share_samples(drawn_samples, home)
        more = {"IIIFSERVER_PUBLIC_URL": public_url, "IIIFSERVER_TRUSTED_PROXIES": "127.0.0.1"}
        context = live_server(home, **more)
        server = context.__enter__()
        running.append(lambda: context.__exit__(None, None, None))
        (home / "images" / "scans").mkdir()
        Image.new("RGB", (80, 60), "navy").save(home / "images" / "scans" / "0042.tif")
        port = free_port()
        file = tmp_path / "nginx.conf"
        file.write_text(main_file(tmp_path, in_front_of(server, block, port)))
        nginx = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(file)], stderr=subprocess.PIPE)
        running.append(lambda: stop(nginx))
        wait_for(port, nginx)
        return f"http://127.0.0.1:{port}"

    yield start
    for end in reversed(running):
        end()


def stop(process):
    process.terminate()
    process.communicate(timeout=SECONDS)


def wait_for(port, process):
    deadline = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, process.communicate()[1].decode()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
        else:
            return


def documented_blocks():
    whole, below_a_folder = (block.text for block in blocks("nginx"))
    return whole, below_a_folder


def test_the_documented_proxy_keeps_the_slash_and_tells_the_address(proxied):
    url = proxied(documented_blocks()[0], "https://images.example.org")
    visitor = Visitor(url, headers={"Host": "images.example.org"})
    reply = visitor.get("/iiif/3/scans%2F0042.tif/info.json")
    assert (reply.status, json.loads(reply.body)["id"]) == (200, "https://images.example.org/iiif/3/scans%2F0042.tif")
    assert visitor.get("/admin/login/").status == 200


def test_the_documented_folder_of_another_site_keeps_them_too(proxied):
    url = proxied(documented_blocks()[1], "https://www.example.org/pictures")
    visitor = Visitor(url, headers={"Host": "www.example.org"})
    reply = visitor.get("/pictures/iiif/3/scans%2F0042.tif/info.json")
    expected = "https://www.example.org/pictures/iiif/3/scans%2F0042.tif"
    assert (reply.status, json.loads(reply.body)["id"]) == (200, expected)
    redirect = visitor.get("/pictures/iiif/3/scans%2F0042.tif")
    assert (redirect.status, redirect.headers["Location"]) == (303, f"{expected}/info.json")
    login = visitor.get("/pictures/admin/login/?next=/pictures/admin/").text
    assert '"/pictures/static/' in login
