"""The source on Google Cloud Storage, against an emulator."""

from __future__ import annotations

import json
import socket

import pytest
import requests
from gcp_storage_emulator.server import create_server
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.testing import SourceContract, SourceUnderTest
from sources.backends import gcs
from sources.backends.gcs import GcsForm, GcsSource
from sources.base import FolderEntry, Place
from sources.ranged.retries import Patience
from tests.sources.web_server import Handler, WebServer


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(address: str):
    with requests.Session() as session:
        client = storage.Client(
            project="test",
            credentials=AnonymousCredentials(),
            _http=session,
            client_options={"api_endpoint": address},
        )
        yield client.create_bucket("pictures")


@pytest.fixture(autouse=True)
def empty(bucket, loopback_is_open):
    yield
    for blob in bucket.list_blobs():
        blob.delete()


def source_at(address: str, **options: object) -> GcsSource:
    own = {"bucket": "pictures", "endpoint": address, "credentials": "anonymous", "look_again_seconds": 0}
    source = GcsSource.build({**own, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    return source


def put_into(bucket):
    return lambda name, content: bucket.blob(name).upload_from_string(content)


class TestGcs(SourceContract):
    @pytest.fixture
    def subject(self, address: str, bucket) -> SourceUnderTest:
        return SourceUnderTest(source_at(address), put_into(bucket))

    def test_never_mixes_the_old_bytes_with_the_new_version(self, web: WebServer) -> None:
        # The emulator knows no conditions; so a server of our own looks whether one is sent.
        web.fault = one_object_of_generation_seven
        found = source_at(web.address).find(Place(name="a.png"))
        with found.open() as file:
            assert file.read() == b"here"
        web.fault = replaced_object
        found = source_at(web.address, shared_cache_megabytes=0).find(Place(name="a.png"))
        file = found.open()
        with pytest.raises(SourceUnavailable):
            file.read()
        file.close()


def one_object_of_generation_seven(handler: Handler) -> bool:
    if handler.path.startswith("/download/"):
        assert "ifGenerationMatch=7" in handler.path
        give(handler, 206, b"here", {"Content-Range": "bytes 0-3/4"})
    else:
        document = {"name": "a.png", "size": "4", "generation": "7", "updated": "2026-01-02T03:04:05.678Z"}
        give(handler, 200, json.dumps(document).encode(), {"Content-Type": "application/json"})
    return True


def replaced_object(handler: Handler) -> bool:
    if not handler.path.startswith("/download/"):
        return one_object_of_generation_seven(handler)
    give(handler, 412, b"", {})
    return True


def give(handler: Handler, status: int, content: bytes, headers: dict[str, str]) -> None:
    handler.answer(status, {"Content-Length": str(len(content)), **headers})
    handler.body(content)


def test_only_what_is_read_is_fetched(address: str, bucket):
    put_into(bucket)("a.tif", bytes(range(250)) * 4000)
    with source_at(address).find(Place(name="a.tif")).open() as file:
        file.seek(500_010)
        assert file.read(5) == bytes(range(10, 15))


def test_a_service_that_is_not_there_is_unavailable():
    with pytest.raises(SourceUnavailable):
        source_at("http://127.0.0.1:9").find(Place(name="a.png"))


@pytest.mark.parametrize(
    "options",
    [{"endpoint": "http://169.254.169.254"}, {"service_account": "{}"}, {"credentials": "mine"}, {"bucket": 5}],
    ids=str,
)
def test_options_that_make_no_sense_do_not_build(address: str, options: dict[str, object]):
    with pytest.raises(BackendError):
        source_at(address, **options)


def test_the_credentials_of_the_machine_are_behind_the_fence(address: str):
    source = source_at(address, credentials="ambient")
    assert "AMBIENT_CREDENTIALS" in " ".join(source.problems())
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="a.png"))


def test_the_form_wants_a_key_or_another_choice():
    filled = {name: field.initial for name, field in GcsForm().fields.items()}
    assert "Paste" in GcsForm({**filled, "bucket": "a"}).errors["service_account"][0]


def test_a_library_that_is_missing_is_named_with_its_cure(address: str, monkeypatch):
    monkeypatch.setattr(gcs, "find_spec", lambda name: None)
    assert "pip install" in " ".join(source_at(address).problems())


@pytest.fixture
def pictures(bucket) -> None:
    """Five objects, two of them in a folder."""
    for name in ("b.png", "a/1.png", "a/2.png", "a-c.png", "c.png"):
        put_into(bucket)(name, b"here")


EVERYTHING = [FolderEntry("a-c.png"), FolderEntry("a", is_folder=True), FolderEntry("b.png"), FolderEntry("c.png")]


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [("", 100, EVERYTHING), ("", 2, EVERYTHING[:2]), ("a", 2, EVERYTHING[2:]), ("b.png", 2, EVERYTHING[3:]),
     ("a-c.png", 1, EVERYTHING[1:2]), ("aa", 9, EVERYTHING[2:]), ("c.png", 9, [])],
)  # fmt: skip
def test_a_bucket_can_be_looked_through_page_by_page(address: str, pictures, after: str, limit: int, expected):
    assert source_at(address).entries("", after, limit) == expected


def test_what_lies_in_a_folder_is_listed_without_it(address: str, pictures, bucket):
    put_into(bucket)("a/", b"")
    source = source_at(address)
    assert source.entries("a", "", 10) == [FolderEntry("1.png"), FolderEntry("2.png")]
    assert source.entries("a", "1.png", 10) == [FolderEntry("2.png")]
    assert source.entries("a", "2.png", 10) == []


@pytest.mark.parametrize("folder", ["missing", "..", "a/../b", "/"])
def test_a_folder_that_is_not_there_is_none(address: str, pictures, folder: str):
    assert source_at(address).entries(folder, "", 10) is None


def test_many_entries_come_page_by_page(address: str, bucket):
    names = [f"many/{number:02} é+%.png" for number in range(23)]
    for name in names:
        put_into(bucket)(name, b"x")
    source, listed = source_at(address), [""]
    while page := source.entries("many", listed[-1], 5):
        listed += (entry.name for entry in page)
    assert [f"many/{name}" for name in listed[1:]] == names
