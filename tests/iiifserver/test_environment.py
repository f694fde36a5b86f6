from __future__ import annotations

import os
from pathlib import Path

import pytest

from iiifserver import backing
from iiifserver.environment import read_environment
from iiifserver.refusal import Refusal
from tests.variables import forget_variables


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the environment as it is on a machine that sets these variables only."""

    def read_with(**variables):
        clean = dict(os.environ)
        forget_variables(clean)
        for name in os.environ.keys() - clean.keys():
            monkeypatch.delenv(name)
        for name, value in {"IIIFSERVER_HOME": str(tmp_path), **variables}.items():
            monkeypatch.setenv(name, value)
        return read_environment()

    return read_with


def test_a_machine_that_sets_nothing_gets_the_defaults(read):
    environment = read()
    assert (environment.host, environment.port) == ("127.0.0.1", 8182)
    assert environment.workers >= 2
    assert environment.filesystem_roots is None
    assert environment.max_decode_pixels == 200_000_000
    assert environment.configuration_poll_seconds == 1.0


def test_an_empty_variable_is_as_good_as_none(read):
    environment = read(PORT="", WORKERS=" ", DATABASE_URL="", IIIFSERVER_PUBLIC_URL="")
    assert environment.port == 8182
    assert environment.public_url is None


def test_the_default_home_stands_beside_manage_py(read):
    environment = read(IIIFSERVER_HOME="")
    assert environment.home.path == Path(__file__).resolve().parents[2] / "var"


def test_a_relative_home_is_made_absolute(read):
    assert read(IIIFSERVER_HOME="somewhere").home.path == Path.cwd() / "somewhere"


def test_the_public_address_is_taken_apart(read):
    url = read(IIIFSERVER_PUBLIC_URL="https://Images.Example.org:8443/iiif-server/").public_url
    assert (url.host, url.origin, url.path) == (
        "images.example.org",
        "https://images.example.org:8443",
        "/iiif-server",
    )
    assert str(url) == "https://images.example.org:8443/iiif-server"


def test_lists_have_commas_and_folders_have_colons(read):
    environment = read(
        IIIFSERVER_TRUSTED_PROXIES="10.0.0.0/8, ::1",
        IIIFSERVER_FILESYSTEM_ROOTS="/scans:/maps",
        IIIFSERVER_STORAGE_ALIASES="archive, press",
        IIIFSERVER_ALLOWED_HOSTS="a.example, b.example",
    )
    assert environment.trusted_proxies == ("10.0.0.0/8", "::1")
    assert environment.filesystem_roots == (Path("/scans"), Path("/maps"))
    assert environment.storage_aliases == ("archive", "press")
    assert environment.allowed_hosts == ("a.example", "b.example")


def test_sources_may_ask_what_the_fence_opens(read):
    environment = read(
        IIIFSERVER_REMOTE_HOSTS="images.example.org, .museum.example",
        IIIFSERVER_PRIVATE_NETWORKS="10.0.0.0/8, ::1",
        IIIFSERVER_AMBIENT_CREDENTIALS="Yes",
    )
    assert environment.remote_hosts == ("images.example.org", ".museum.example")
    assert environment.private_networks == ("10.0.0.0/8", "::1")
    assert environment.ambient_credentials


def test_without_a_word_no_host_is_named_and_nothing_private_is_open(read):
    environment = read()
    assert (environment.remote_hosts, environment.private_networks, environment.ambient_credentials) == (
        None,
        (),
        False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("WORKERS", "many"),
        ("IIIFSERVER_MAX_DECODE_PIXELS", "0"),
        ("IIIFSERVER_CONFIGURATION_POLL_SECONDS", "nan"),
        ("IIIFSERVER_TRUSTED_PROXIES", "proxy.example"),
        ("IIIFSERVER_PUBLIC_URL", "images.example.org"),
        ("IIIFSERVER_PUBLIC_URL", "https://"),
        ("IIIFSERVER_PUBLIC_URL", "https://host:port"),
        ("IIIFSERVER_PUBLIC_URL", "https://host/?a=b"),
        ("IIIFSERVER_FILESYSTEM_ROOTS", "scans"),
        ("IIIFSERVER_PRIVATE_NETWORKS", "intranet"),
        ("IIIFSERVER_AMBIENT_CREDENTIALS", "perhaps"),
        ("IIIFSERVER_REDIS_URL", "localhost:6379"),
        ("IIIFSERVER_LOG_LEVEL", "loud"),
        ("TLS_CERT", "/nowhere/certificate.pem"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_its_variable(read, variable, value):
    with pytest.raises(Refusal) as refusal:
        read(**{variable: value})
    assert variable.partition("_CERT")[0] in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_certificate_is_named(read, tmp_path):
    (tmp_path / "key.pem").touch()
    with pytest.raises(Refusal, match=r"TLS_CERT names .*certificate\.pem"):
        read(TLS_CERT="/nowhere/certificate.pem", TLS_KEY=str(tmp_path / "key.pem"))


class TestDatabase:
    def test_sqlite_in_the_home_is_ready_for_several_processes(self, read, tmp_path):
        database = backing.database(read())
        assert database["NAME"] == str(tmp_path / "db.sqlite3")
        assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert database["OPTIONS"]["timeout"] > 5
        assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]

    def test_sqlite_elsewhere_gets_the_same_options(self, read):
        database = backing.database(read(DATABASE_URL="sqlite:////elsewhere/db.sqlite3"))
        assert (database["NAME"], database["OPTIONS"]["transaction_mode"]) == ("/elsewhere/db.sqlite3", "IMMEDIATE")

    def test_postgresql_keeps_its_connections_and_checks_them(self, read):
        database = backing.database(read(DATABASE_URL="postgres://u:p@db:5433/iiif", IIIFSERVER_SECRET_KEY="k" * 50))
        assert (database["ENGINE"], database["HOST"]) == ("django.db.backends.postgresql", "db")
        assert database["CONN_MAX_AGE"] > 0
        assert database["CONN_HEALTH_CHECKS"] is True

    def test_an_outside_database_needs_a_key_that_all_machines_share(self, read):
        with pytest.raises(Refusal, match="IIIFSERVER_SECRET_KEY"):
            backing.database(read(DATABASE_URL="postgres://u:p@db/iiif"))

    @pytest.mark.parametrize(
        "url",
        ["nonsense", "postgres://u:secret@host:port/name", "mysql://u:secret@h/n", "sqlite://:memory:", "postgres://"],
    )
    def test_a_broken_address_is_refused_and_never_repeated(self, read, url):
        with pytest.raises(Refusal, match="DATABASE_URL") as refusal:
            backing.database(read(DATABASE_URL=url, IIIFSERVER_SECRET_KEY="k" * 50))
        assert "secret" not in str(refusal.value)


class TestCache:
    def test_without_redis_each_process_remembers_and_sessions_are_rows(self, read):
        environment = read()
        assert backing.cache(environment)["BACKEND"].endswith("LocMemCache")
        assert backing.session_engine(environment).endswith(".db")

    def test_redis_is_shared_by_cache_and_sessions(self, read):
        environment = read(IIIFSERVER_REDIS_URL="redis://cache:6379/1")
        cache = backing.cache(environment)
        assert (cache["BACKEND"], cache["LOCATION"]) == ("django_redis.cache.RedisCache", "redis://cache:6379/1")
        assert backing.session_engine(environment).endswith(".cached_db")


class TestStorage:
    def test_files_are_kept_in_the_home(self, read, tmp_path):
        assert backing.storage(read())["OPTIONS"] == {"location": str(tmp_path / "media")}

    def test_a_bucket_is_named_by_one_address(self, read):
        storage = backing.storage(read(IIIFSERVER_STORAGE_URL="s3://scans/uploads/?endpoint_url=http://minio:9000"))
        assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
        assert storage["OPTIONS"] == {
            "bucket_name": "scans",
            "location": "uploads",
            "endpoint_url": "http://minio:9000",
        }

    @pytest.mark.parametrize("url", ["ftp://x", "s3://", "s3://key:secret@bucket", "s3://bucket?secret_key=x"])
    def test_another_address_is_refused(self, read, url):
        with pytest.raises(Refusal, match="IIIFSERVER_STORAGE_URL"):
            backing.storage(read(IIIFSERVER_STORAGE_URL=url))


@pytest.mark.parametrize("name", ["/srv/site.py:Site", "museum.delegates.Site", ""])
def test_a_delegate_is_a_file_with_a_class_or_a_dotted_path(read, name):
    assert read(IIIFSERVER_DELEGATE=name).delegate == name


@pytest.mark.parametrize("name", ["site.py:Site", "/srv/site.py", "/srv/site.py:", "/srv/site.py:a b", "Site", "a..b"])
def test_what_names_no_delegate_is_refused(read, name):
    """Parity 11.32: a relative path would depend on where the server was started."""
    with pytest.raises(Refusal, match="IIIFSERVER_DELEGATE"):
        read(IIIFSERVER_DELEGATE=name)


def test_databases_with_images_have_a_variable_each(read):
    environment = read(
        IIIFSERVER_DATABASE_SCANS_URL="sqlite:////srv/scans.sqlite3",
        IIIFSERVER_DATABASE_OLD_MAPS_URL="postgresql://reader:secret@db.example.org/maps",
        IIIFSERVER_DATABASE_EMPTY_URL=" ",
    )
    databases = backing.image_databases(environment)
    assert {alias: database["NAME"] for alias, database in databases.items()} == {
        "old_maps": "maps",
        "scans": "/srv/scans.sqlite3",
    }


def test_the_servers_own_database_cannot_be_one_of_them(read):
    with pytest.raises(Refusal, match="IIIFSERVER_DATABASE_DEFAULT_URL"):
        read(IIIFSERVER_DATABASE_DEFAULT_URL="sqlite:////srv/scans.sqlite3")


def test_an_address_of_a_database_that_is_none_is_refused_without_being_repeated(read):
    environment = read(IIIFSERVER_DATABASE_SCANS_URL="mysql://reader:secret@db.example.org/maps")
    with pytest.raises(Refusal, match="IIIFSERVER_DATABASE_SCANS_URL") as refusal:
        backing.image_databases(environment)
    assert "secret" not in str(refusal.value)
