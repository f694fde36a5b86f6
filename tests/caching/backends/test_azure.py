"""The cache in Azure Blob Storage, against Microsoft's own emulator."""

from __future__ import annotations

import pytest

from caching.backends import azure
from caching.backends.azure import AzureCache
from iiifserver.testing.caches import key
from tests.caching.backends.object_store_contract import ObjectStoreContract
from tests.object_stores import AZURE_ACCOUNT, AZURE_KEY, azure_server


class Container:
    """The container as its owner sees it."""

    def __init__(self, client) -> None:
        self.client = client

    def put(self, name: str, content: bytes) -> None:
        self.client.upload_blob(name, content, overwrite=True)

    def names(self) -> list[str]:
        return list(self.client.list_blob_names())


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with azure_server(tmp_path_factory.mktemp("azurite")) as address:
        yield address


@pytest.fixture(scope="module")
def container(address):
    from azure.storage.blob import ContainerClient

    with ContainerClient(address, "pictures", credential=AZURE_KEY) as client:
        client.create_container()
        yield Container(client)


@pytest.fixture
def outside(container):
    for name in container.names():
        container.client.delete_blob(name)
    return container


@pytest.fixture
def build(address, outside):
    made = []

    def build(**options):
        given = {
            "account_url": address,
            "container": "pictures",
            "account_name": AZURE_ACCOUNT,
            "account_key": AZURE_KEY,
        }
        made.append(AzureCache.build({**given, "timeout_seconds": 30, **options}))
        return made[-1]

    yield build
    for cache in made:
        if "container" in vars(cache):
            cache.container.close()


class TestAzureCache(ObjectStoreContract):
    unavailable = (
        {"account_url": "http://127.0.0.1:1/devstoreaccount1"},
        {"account_key": "d3Jvbmc="},
        {"container": "elsewhere"},
    )


def test_a_sas_token_is_enough(build, address):
    from datetime import UTC, datetime, timedelta

    from azure.storage.blob import generate_container_sas

    token = generate_container_sas(
        AZURE_ACCOUNT,
        "pictures",
        account_key=AZURE_KEY,
        permission="rwdl",
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    cache = build(account_name="", account_key="", sas_token=f"?{token}")
    cache.put(key(), b"picture")
    assert cache.get(key()) == b"picture"
    assert cache.purge() == 1


def test_without_the_library_the_row_says_how_to_get_it(build, monkeypatch):
    cache = build()
    monkeypatch.setattr(azure, "is_installed", lambda: False)
    assert list(cache.problems()) == [azure.LIBRARY_MISSING]


def test_secrets_stay_in_the_row():
    assert AzureCache.secret_options == {"account_key", "sas_token"}
