"""The Azure source, against Microsoft's own emulator."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import Forbidden, SourceUnavailable
from sources.backends import azure
from sources.backends.azure import AzureSource
from sources.base import Place
from sources.crowd import Crowd
from sources.ranged.retries import Patience
from tests.object_stores import AZURE_ACCOUNT, AZURE_KEY
from tests.sources.backends.object_store_contract import ConditionalStoreContract


@pytest.fixture(scope="module")
def address(azure_address: str) -> str:
    return azure_address


@pytest.fixture(scope="module")
def container(address: str):
    from azure.storage.blob import ContainerClient

    with ContainerClient(address, "pictures", credential=AZURE_KEY) as client:
        client.create_container()
        yield client


@pytest.fixture(autouse=True)
def empty(container, loopback_is_open):
    yield
    for name in list(container.list_blob_names()):
        container.delete_blob(name)


def source_at(address: str, **options: object) -> AzureSource:
    own = {"account_url": address, "container": "pictures", "account_name": AZURE_ACCOUNT, "account_key": AZURE_KEY}
    source = AzureSource.build({**own, "look_again_seconds": 0, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    source.crowd = Crowd(most_waiting=100)
    return source


def put_into(container):
    return lambda name, content: container.upload_blob(name, content, overwrite=True)


class TestAzure(ConditionalStoreContract):
    unavailable: ClassVar = {"account_url": f"http://127.0.0.1:9/{AZURE_ACCOUNT}"}
    gone: ClassVar = {"container": "gone"}

    @pytest.fixture
    def build(self, address: str):
        return partial(source_at, address)

    @pytest.fixture
    def put(self, container):
        return put_into(container)


def test_a_blob_that_is_replaced_while_it_is_read_is_never_mixed(address: str, container):
    put_into(container)("a.tif", bytes(1_000_000))
    file = source_at(address).find(Place(name="a.tif")).open()
    put_into(container)("a.tif", b"1" * 1_000_000)
    file.seek(500_000)
    with pytest.raises(SourceUnavailable):
        file.read(10)
    file.close()


def test_a_wrong_key_is_forbidden(address: str, container):
    put_into(container)("a.png", b"here")
    with pytest.raises(Forbidden):
        source_at(address, account_key=AZURE_KEY[::-1].replace("=", "A")[:86] + "==").find(Place(name="a.png"))


def test_an_account_on_a_closed_address_does_not_build():
    with pytest.raises(BackendError):
        source_at("http://169.254.169.254/account")


def test_a_library_that_is_missing_is_named_with_its_cure(address: str, monkeypatch):
    monkeypatch.setattr(azure, "find_spec", lambda name: None)
    assert "pip install" in " ".join(source_at(address).problems())
