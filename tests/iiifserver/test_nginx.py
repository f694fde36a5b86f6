"""Behind a real nginx that speaks TLS, with the lines that the documentation gives."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time

import pytest

from tests.browsing import Visitor
from tests.certificates import write_certificate
from tests.live import START_SECONDS, live_server, share_samples

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  merge_slashes off;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{
      proxy_pass {server};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }}
  }}
}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_it_answers(process, port):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
        else:
            return


@pytest.fixture(scope="module")
def public(tmp_path_factory, drawn_samples):
    """The address of an nginx in front of a server that knows both."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/sbin:/bin")
    if nginx is None:
        pytest.skip("There is no nginx: install it with apt install nginx.")
    folder = tmp_path_factory.mktemp("nginx")
    share_samples(drawn_samples, folder / "home")
    scans = folder / "home" / "images" / "scans"
    scans.mkdir(parents=True)
    shutil.copy(drawn_samples / "alpha.png", scans / "leaf.png")
    certificate, key = write_certificate(folder)
    port = free_port()
    # Not the number: by that the printed links tell where the server itself listens.
    address = f"https://localhost:{port}"
    with live_server(folder / "home", IIIFSERVER_PUBLIC_URL=address, IIIFSERVER_TRUSTED_PROXIES="127.0.0.1") as server:
        file = folder / "nginx.conf"
        file.write_text(
            CONFIGURATION.format(folder=folder, port=port, certificate=certificate, key=key, server=server.url)
        )
        process = subprocess.Popen(
            [nginx, "-e", "stderr", "-p", str(folder), "-c", str(file)], stderr=subprocess.PIPE, text=True
        )
        try:
            wait_until_it_answers(process, port)
            yield Visitor(address), server
        finally:
            process.terminate()
            process.communicate(timeout=START_SECONDS)


def test_the_first_sign_in_works_through_tls(public):
    visitor, server = public
    assert visitor.sign_in(server.password, Referer=f"{visitor.base}/admin/login/").status == 302
    assert visitor.get("/admin/").status == 200


def test_an_encoded_slash_passes_and_stays(public):
    visitor, _ = public
    document = json.loads(visitor.get("/iiif/3/scans%2Fleaf.png/info.json").body)
    assert document["id"] == f"{visitor.base}/iiif/3/scans%2Fleaf.png"


def test_a_plain_slash_is_still_another_address(public):
    visitor, _ = public
    assert visitor.get("/iiif/3/scans/leaf.png/info.json").status == 404


def test_the_redirect_of_a_base_uri_leads_to_the_public_address(public):
    visitor, _ = public
    reply = visitor.get("/iiif/2/scans%2Fleaf.png")
    assert (reply.status, reply.headers["Location"]) == (303, f"{visitor.base}/iiif/2/scans%2Fleaf.png/info.json")


def test_characters_that_proxies_dislike_arrive(public):
    visitor, _ = public
    assert visitor.get("/iiif/3/scans%2Fleaf.png/full/%5Emax/!0/default.jpg").status == 200
