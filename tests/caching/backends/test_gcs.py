"""The cache in Google Cloud Storage, against an emulator."""

from __future__ import annotations

import pytest
import requests
from gcp_storage_emulator.server import create_server
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from caching.backends import gcs
from caching.backends.gcs import GcsCache, GcsCacheForm
from iiifserver.backend import BackendError
from tests.caching.backends.object_store_contract import ObjectStoreContract
from tests.caching.conftest import free_port


class Bucket:
    """The bucket as its owner sees it."""

    def __init__(self, bucket) -> None:
        self.bucket = bucket

    def put(self, name: str, content: bytes) -> None:
        self.bucket.blob(name).upload_from_string(content)

    def names(self) -> list[str]:
        return [blob.name for blob in self.bucket.list_blobs()]


@pytest.fixture(scope="module")
def address():
    port = free_port()
    server = create_server("127.0.0.1", port, in_memory=True)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(address):
    with requests.Session() as session:
        own = {"api_endpoint": address}
        client = storage.Client(project="test", credentials=AnonymousCredentials(), _http=session, client_options=own)
        yield Bucket(client.create_bucket("pictures"))


@pytest.fixture
def outside(bucket):
    for blob in bucket.bucket.list_blobs():
        blob.delete()
    return bucket


@pytest.fixture
def build(address, outside):
    made = []

    def build(**options):
        made.append(GcsCache.build({"bucket": "pictures", "endpoint": address, "timeout_seconds": 30, **options}))
        return made[-1]

    yield build
    for cache in made:
        if "bucket" in vars(cache):
            cache.bucket.client.close()


class TestGcsCache(ObjectStoreContract):
    # The emulator lets no more than five wait, and resets the others.
    threads = 4
    unavailable = ({"endpoint": "http://127.0.0.1:1"}, {"bucket": "elsewhere"})


def test_a_key_that_is_none_is_refused_without_being_repeated():
    with pytest.raises(BackendError) as refused:
        GcsCache.build({"bucket": "pictures", "service_account": '{"private_key": "swordfish"}'})
    assert "swordfish" not in str(refused.value)
    assert "service_account" in GcsCacheForm({"bucket": "pictures", "service_account": "{}"}).errors


def test_without_the_library_the_row_says_how_to_get_it(build, monkeypatch):
    cache = build()
    monkeypatch.setattr(gcs, "is_installed", lambda: False)
    assert list(cache.problems()) == [gcs.LIBRARY_MISSING]


def test_secrets_stay_in_the_row():
    assert GcsCache.secret_options == {"service_account"}
