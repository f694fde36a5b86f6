from __future__ import annotations

import subprocess
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.browsing import Visitor
from tests.live import START_SECONDS, command, live_server, share_samples, variables
from tests.postgresql import postgresql_server


@pytest.fixture(scope="module")
def database_url():
    with postgresql_server() as server:
        yield server.get_uri()


@pytest.fixture
def fresh_database_url(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS iiif WITH (FORCE)")
        connection.execute("CREATE DATABASE iiif")
    parts = urlsplit(database_url)
    assert parse_qs(parts.query) or parts.hostname
    return parts._replace(path="/iiif").geturl()


def settings_for(url):
    return {"DATABASE_URL": url, "IIIFSERVER_SECRET_KEY": "a key that all machines share " * 2}


def test_the_server_starts_on_postgresql(home, fresh_database_url):
    with live_server(home, **settings_for(fresh_database_url)) as live:
        assert Visitor(live.url).sign_in(live.password).status == 302
        assert not (home / "db.sqlite3").exists()


def test_machines_that_share_a_database_take_turns(tmp_path, drawn_samples, fresh_database_url):
    homes = [tmp_path / name for name in ("one", "two", "three")]
    for home in homes:
        share_samples(drawn_samples, home)
    crowd = [
        subprocess.Popen(
            command("iiif_prepare"),
            env=variables(home, **settings_for(fresh_database_url)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for home in homes
    ]
    results = [process.communicate(timeout=START_SECONDS) for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 3, results
    assert len([out for out, _ in results if "password" in out]) == 1
