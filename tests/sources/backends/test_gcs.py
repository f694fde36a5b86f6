"""The source on Google Cloud Storage, against an emulator."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import ClassVar

import pytest
import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import AlreadyThere, NotFound, SourceUnavailable
from sources.backends import gcs
from sources.backends.gcs import GcsForm, GcsSource
from sources.base import Place
from sources.crowd import Crowd
from sources.ranged import key_target
from sources.ranged.retries import Patience
from tests.sources.backends.object_store_contract import ObjectStoreContract
from tests.sources.web_server import Handler, WebServer


@pytest.fixture(scope="module")
def address(google_address: str) -> str:
    return google_address


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
    source.crowd = Crowd(most_waiting=100)
    return source


def put_into(bucket):
    return lambda name, content: bucket.blob(name).upload_from_string(content)


class TestGcs(ObjectStoreContract):
    unavailable: ClassVar = {"endpoint": "http://127.0.0.1:9"}
    gone: ClassVar = {"bucket": "gone"}

    @pytest.fixture
    def build(self, address: str):
        return partial(source_at, address)

    @pytest.fixture
    def put(self, bucket):
        return put_into(bucket)

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

    def test_a_bucket_that_is_gone_is_no_missing_image_and_takes_nothing(self, web: WebServer) -> None:
        # The emulator does not say what is missing.
        web.fault = no_bucket
        source = source_at(web.address)
        with pytest.raises(SourceUnavailable, match="bucket"):
            source.find(Place(name="a.png"))
        with pytest.raises(NotFound):
            source.write(Place(name="a.png"), io.BytesIO(b"new"))
        assert source.find(Place(name="a.png", details={"bucket": "gone"})) is None


def no_bucket(handler: Handler) -> bool:
    document = {"error": {"code": 404, "message": "The specified bucket does not exist."}}
    give(handler, 404, json.dumps(document).encode(), {"Content-Type": "application/json"})
    return True


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


def something_is_there(handler: Handler) -> bool:
    """Finds nothing when it is looked for, and something when an object is to be put."""
    if handler.command == "POST":
        assert "ifGenerationMatch=0" in handler.path
    give(handler, 412 if handler.command == "POST" else 404, b"", {})
    return True


def test_of_two_who_want_a_name_at_once_one_is_refused(web: WebServer, monkeypatch):
    monkeypatch.setattr(key_target, "PIECE_BYTES", 10)
    web.fault = something_is_there
    for size in (3, 13):
        with pytest.raises(AlreadyThere):
            source_at(web.address).write(Place(name="a.png"), io.BytesIO(bytes(size)))
