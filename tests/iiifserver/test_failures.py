from __future__ import annotations

import os
import socket

import pytest

from iiifserver.home import Home
from iiifserver.refusal import Refusal
from tests.live import manage


def refusal(home, *arguments, **variables):
    """Return the one sentence with which a start is refused."""
    done = manage(home, "serve", "--no-prepare", *arguments, **variables)
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""
    return done.stderr.strip()


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def test_a_taken_port(tmp_path, taken_port):
    sentence = refusal(tmp_path, PORT=taken_port)
    assert f"Port {taken_port} on 127.0.0.1 is taken" in sentence
    assert f"PORT={int(taken_port) + 1}" in sentence


def test_an_address_of_another_machine(tmp_path):
    assert "HOST is '192.0.2.1'" in refusal(tmp_path, HOST="192.0.2.1")


def test_a_host_that_is_no_name(tmp_path):
    assert "HOST is 'no such host'" in refusal(tmp_path, HOST="no such host")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "abc"),
        ("WORKERS", "0"),
        ("DATABASE_URL", "nonsense"),
        ("IIIFSERVER_PUBLIC_URL", "nonsense"),
        ("IIIFSERVER_STORAGE_URL", "nonsense"),
        ("IIIFSERVER_TRUSTED_PROXIES", "nonsense"),
        ("TLS_KEY", "/nowhere/key.pem"),
    ],
)
def test_a_wrong_variable(tmp_path, variable, value):
    assert variable.removesuffix("_KEY") in refusal(tmp_path, **{variable: value})


@pytest.mark.parametrize(("option", "value"), [("--port", "abc"), ("--port", "65536"), ("--workers", "0")])
def test_a_wrong_option(tmp_path, option, value):
    assert f"{option} is '{value}'" in refusal(tmp_path, option, value)


def test_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert "IIIFSERVER_HOME" in refusal(tmp_path / "file" / "home")


def test_a_home_that_is_read_only(tmp_path, monkeypatch):
    # Root may write everywhere, so the answer of the system is what is replaced here.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Refusal, match="IIIFSERVER_HOME"):
        Home(tmp_path).create()


def test_an_outside_database_without_a_key(tmp_path):
    assert "IIIFSERVER_SECRET_KEY" in refusal(tmp_path, DATABASE_URL="postgres://u:p@127.0.0.1:9/iiif")


def test_a_database_that_does_not_answer(tmp_path, taken_port):
    url = "postgres://somebody:secret@127.0.0.1:1/iiif"
    done = manage(tmp_path, "serve", "--port", "0", DATABASE_URL=url, IIIFSERVER_SECRET_KEY="k" * 50)
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not answer")
    assert "DATABASE_URL" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "secret" not in done.stderr


def test_a_database_file_in_a_folder_that_is_missing(tmp_path):
    done = manage(tmp_path, "serve", "--port", "0", DATABASE_URL="sqlite:////nowhere/at/all.sqlite3")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_certificate_that_is_none(tmp_path):
    for name in ("certificate.pem", "key.pem"):
        (tmp_path / name).write_text("nothing of the kind")
    sentence = refusal(tmp_path, TLS_CERT=str(tmp_path / "certificate.pem"), TLS_KEY=str(tmp_path / "key.pem"))
    assert "TLS_CERT" in sentence
