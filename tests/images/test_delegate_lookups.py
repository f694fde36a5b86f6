"""Images that the site's delegate looks up: from a class in a file to the picture, for every kind of source."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
import requests
from django.conf import settings
from django.db import connections
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from images.runtime import keeper
from sources.models import Source
from tests.images.conftest import CARD, draw_card, picture, png_of
from tests.object_stores import AZURE_ACCOUNT, AZURE_KEY, S3_KEYS
from tests.sources.counting import forwarding_to
from tests.sources.web_server import WebServer, web_server

PICTURE = "/iiif/3/anything/full/max/0/default.png"
CONTENT = png_of(draw_card())

SITE = """
import time
from iiifserver.delegates import Delegate

class Site(Delegate):
    def {method}(self):
        {body}
"""

Write = Callable[[str, str], None]


@pytest.fixture
def write(service, fence, tmp_path: Path) -> Write:
    """Writes the site's class, whose one method has this body; it counts at once."""
    file = tmp_path / "site.py"
    fence(DELEGATE=f"{file}:Site", DELEGATE_TIMEOUT_SECONDS=30)
    ages = iter(range(1_000_000_000, 2_000_000_000))

    def write(method: str, body: str) -> None:
        file.write_text(SITE.format(method=method, body=body))
        # A file that was just written to may still be.
        moment = next(ages)
        os.utime(file, (moment, moment))

    return write


@pytest.fixture
def web(fence) -> Iterator[WebServer]:
    fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
    with web_server() as server:
        yield server


@pytest.fixture
def row(write) -> Callable[..., None]:
    """Makes a row the only source, which asks the delegate."""

    def put(kind: str, **options: object) -> None:
        Source.objects.all().delete()
        Source.objects.create(name="Only", kind=kind, position=1, lookup="delegate", options=options)
        keeper.forget()

    return put


def check_it_is_shown(service) -> None:
    assert picture(service.get(PICTURE)).size == CARD


def test_a_file_by_its_whole_path(service, write: Write, row):
    row("filesystem", path_prefix=str(service.folder))
    service.draw("deep/er.png")
    write("filesystemsource_pathname", f"return {str(service.folder / 'deep/er.png')!r}")
    check_it_is_shown(service)


def test_an_address_with_credentials_of_its_own(service, write: Write, row, web: WebServer):
    row("http", base_url="http://127.0.0.1:9/")
    web.put("/elsewhere/1.png", CONTENT)
    known = {"uri": f"{web.address}/elsewhere/1.png", "username": "u", "secret": "p", "headers": {"X-Key": "k"}}
    write("httpsource_resource_info", f"return {known!r}")
    check_it_is_shown(service)
    assert {(each.headers["authorization"], each.headers["x-key"]) for each in web.requests} == {("Basic dTpw", "k")}


def test_an_object_with_a_bucket_an_endpoint_and_keys_of_its_own(
    service, write: Write, row, web: WebServer, s3_address: str
):
    client = boto3.client("s3", endpoint_url=s3_address, **S3_KEYS)
    client.create_bucket(Bucket="looked-up")
    client.put_object(Bucket="looked-up", Key="scans/1.png", Body=CONTENT)
    web.fault = forwarding_to(s3_address)
    row("s3", bucket="other", endpoint="http://127.0.0.1:9", addressing="path", credentials="anonymous")
    known = {"key": "scans/1.png", "bucket": "looked-up", "endpoint": web.address, "region": "eu-central-1"}
    keys = {"access_key_id": "OFTHEDELEGATE", "secret_access_key": "s", "session_token": "for-now"}
    write("s3source_object_info", f"return {known | keys!r}")
    check_it_is_shown(service)
    for request in web.requests:
        assert "Credential=OFTHEDELEGATE/" in request.headers["authorization"]
        assert "/eu-central-1/" in request.headers["authorization"]
        assert request.headers["x-amz-security-token"] == "for-now"


@pytest.fixture
def container(azure_address: str):
    from azure.storage.blob import ContainerClient

    with ContainerClient(azure_address, "looked-up", credential=AZURE_KEY) as client:
        client.create_container(public_access="blob")
        client.upload_blob("1.png", CONTENT)
        yield client
        client.delete_container()


def test_a_blob_in_a_container_of_its_own(service, write: Write, row, web, container, azure_address: str):
    row("azure", account_url=azure_address, container="other")
    write("azurestoragesource_blob_key", "return {'key': '1.png', 'container': 'looked-up'}")
    check_it_is_shown(service)


def test_a_blob_by_an_address_with_a_signature(service, write: Write, row, web, container, azure_address: str):
    from azure.storage.blob import generate_blob_sas

    container.set_container_access_policy({}, public_access=None)
    row("azure", account_url=azure_address, container="other")
    url, in_an_hour = f"{azure_address}/looked-up/1.png", datetime.now(UTC) + timedelta(hours=1)
    write("azurestoragesource_blob_key", f"return {url!r}")
    assert service.get(PICTURE).status_code in {403, 404}
    allowed = {"account_key": AZURE_KEY, "permission": "r", "expiry": in_an_hour}
    sas = generate_blob_sas(AZURE_ACCOUNT, "looked-up", "1.png", **allowed)
    write("azurestoragesource_blob_key", f"return {f'{url}?{sas}'!r}")
    check_it_is_shown(service)


def test_an_object_of_googles_in_a_bucket_of_its_own(service, write: Write, row, web, google_address: str):
    with requests.Session() as session:
        options = {"api_endpoint": google_address}
        client = storage.Client("test", AnonymousCredentials(), _http=session, client_options=options)
        client.create_bucket("looked-up").blob("scans/1.png").upload_from_string(CONTENT)
    row("gcs", bucket="other", endpoint=google_address, credentials="anonymous")
    write("gcssource_object_info", "return {'key': 'scans/1.png', 'bucket': 'looked-up'}")
    check_it_is_shown(service)


def test_a_row_by_its_key(service, write: Write, row, fence, tmp_path: Path, monkeypatch):
    file = tmp_path / "scans.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE scans (number INTEGER PRIMARY KEY, content BLOB)")
        database.execute("INSERT INTO scans VALUES (7, ?)", [CONTENT])
    database.close()
    scans = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    both = {"default": settings.DATABASES["default"], "scans": scans}
    monkeypatch.setitem(connections.settings, "scans", connections.configure_settings(both)["scans"])
    fence(DATABASE_ALIASES=["scans"])
    row("database", alias="scans", table="scans", key_column="number", content_column="content")
    write("databasesource_key", "return '7'")
    check_it_is_shown(service)


def test_a_name_in_a_storage(service, write: Write, row, fence, tmp_path: Path, settings):
    folder = tmp_path / "media"
    (folder / "scans").mkdir(parents=True)
    (folder / "scans" / "1.png").write_bytes(CONTENT)
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "pictures": backend}
    fence(STORAGE_ALIASES=["pictures"])
    row("storage", alias="pictures")
    write("storagesource_name", "return 'scans/1.png'")
    check_it_is_shown(service)


LOOKUPS = {
    "filesystem": "filesystemsource_pathname",
    "http": "httpsource_resource_info",
    "s3": "s3source_object_info",
    "azure": "azurestoragesource_blob_key",
    "gcs": "gcssource_object_info",
    "database": "databasesource_key",
    "storage": "storagesource_name",
}
OPTIONS = {
    "filesystem": {"path_prefix": "/tmp"},
    "http": {"base_url": "http://127.0.0.1:9/"},
    "s3": {"bucket": "b", "endpoint": "http://127.0.0.1:9", "credentials": "anonymous"},
    "azure": {"account_url": "http://127.0.0.1:9/a", "container": "b"},
    "gcs": {"bucket": "b", "endpoint": "http://127.0.0.1:9", "credentials": "anonymous"},
    "database": {"alias": "scans", "table": "scans", "key_column": "a", "content_column": "b"},
    "storage": {"alias": "pictures"},
}


@pytest.mark.parametrize("kind", LOOKUPS)
@pytest.mark.parametrize(
    ("body", "status"),
    [("return None", 404), ("raise RuntimeError('no')", 503), ("return 5", 503), ("return {'nonsense': 'x'}", 503)],
)
def test_what_fails_closes_the_image(service, write: Write, row, web, kind: str, body: str, status: int):
    row(kind, **OPTIONS[kind])
    write(LOOKUPS[kind], body)
    assert service.get(PICTURE).status_code == status


def test_a_lookup_that_takes_too_long_closes_the_image(service, write: Write, row, fence):
    row("filesystem", path_prefix=str(service.folder))
    fence(DELEGATE_TIMEOUT_SECONDS=0.05)
    write("filesystemsource_pathname", "time.sleep(1); return 'card.png'")
    assert service.get(PICTURE).status_code == 503


def test_a_file_that_changes_counts_at_the_next_request(service, write: Write, row):
    row("filesystem", path_prefix=str(service.folder))
    write("filesystemsource_pathname", "return 'missing.png'")
    assert service.get(PICTURE).status_code == 404
    write("filesystemsource_pathname", "return 'card.png'")
    check_it_is_shown(service)
    # What is broken leaves the class before in use.
    write("filesystemsource_pathname", "return (")
    check_it_is_shown(service)
