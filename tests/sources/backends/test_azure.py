"""The Azure source, against Microsoft's own emulator."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import Forbidden, SourceUnavailable
from iiifserver.testing import SourceContract, SourceUnderTest, content_of
from sources.backends import azure
from sources.backends.azure import AzureSource
from sources.base import FolderEntry, Place
from sources.ranged.retries import Patience
from tests.live import ROOT

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key that the emulator publishes for everybody."""


AZURITE = ROOT / "tests" / "emulators" / "node_modules" / ".bin" / "azurite-blob"

pytestmark = pytest.mark.skipif(
    not AZURITE.exists() or shutil.which("node") is None,
    reason="Azurite is missing: install Node.js and run python -m tests.fetch.",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(AZURITE), "--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck", "--silent"]
    folder: Path = tmp_path_factory.mktemp("azurite")
    with subprocess.Popen([*command, "--location", str(folder)]) as process:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
        process.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise OSError("Azurite does not start.")


@pytest.fixture(scope="module")
def container(address: str):
    from azure.storage.blob import ContainerClient

    with ContainerClient(address, "pictures", credential=KEY) as client:
        client.create_container()
        yield client


@pytest.fixture(autouse=True)
def empty(container, loopback_is_open):
    yield
    for name in list(container.list_blob_names()):
        container.delete_blob(name)


def source_at(address: str, **options: object) -> AzureSource:
    own = {"account_url": address, "container": "pictures", "account_name": ACCOUNT, "account_key": KEY}
    source = AzureSource.build({**own, "look_again_seconds": 0, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    return source


def put_into(container):
    return lambda name, content: container.upload_blob(name, content, overwrite=True)


class TestAzure(SourceContract):
    @pytest.fixture
    def subject(self, address: str, container) -> SourceUnderTest:
        return SourceUnderTest(source_at(address), put_into(container))


def test_an_empty_blob_is_found_empty(address: str, container):
    put_into(container)("a.png", b"")
    assert content_of(source_at(address), "a.png") == b""


def test_only_what_is_read_is_fetched(address: str, container):
    put_into(container)("a.tif", bytes(range(250)) * 4000)
    with source_at(address).find(Place(name="a.tif")).open() as file:
        file.seek(500_010)
        assert file.read(5) == bytes(range(10, 15))


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
        source_at(address, account_key=KEY[::-1].replace("=", "A")[:86] + "==").find(Place(name="a.png"))


def test_a_container_that_is_gone_has_nothing(address: str):
    assert source_at(address, container="gone").find(Place(name="a.png")) is None


def test_a_service_that_is_not_there_is_unavailable():
    with pytest.raises(SourceUnavailable):
        source_at(f"http://127.0.0.1:9/{ACCOUNT}").find(Place(name="a.png"))


def test_an_account_on_a_closed_address_does_not_build():
    with pytest.raises(BackendError):
        source_at("http://169.254.169.254/account")


def test_a_library_that_is_missing_is_named_with_its_cure(address: str, monkeypatch):
    monkeypatch.setattr(azure, "find_spec", lambda name: None)
    assert "pip install" in " ".join(source_at(address).problems())


@pytest.fixture
def pictures(container) -> None:
    """Five objects, two of them in a folder."""
    for name in ("b.png", "a/1.png", "a/2.png", "a-c.png", "c.png"):
        put_into(container)(name, b"here")


EVERYTHING = [FolderEntry("a-c.png"), FolderEntry("a", is_folder=True), FolderEntry("b.png"), FolderEntry("c.png")]


@pytest.mark.parametrize(
    ("after", "limit", "expected"),
    [("", 100, EVERYTHING), ("", 2, EVERYTHING[:2]), ("a", 2, EVERYTHING[2:]), ("b.png", 2, EVERYTHING[3:]),
     ("a-c.png", 1, EVERYTHING[1:2]), ("aa", 9, EVERYTHING[2:]), ("c.png", 9, [])],
)  # fmt: skip
def test_a_container_can_be_looked_through_page_by_page(address: str, pictures, after: str, limit: int, expected):
    assert source_at(address).entries("", after, limit) == expected


def test_what_lies_in_a_folder_is_listed_without_it(address: str, pictures, container):
    put_into(container)("a/", b"")
    source = source_at(address)
    assert source.entries("a", "", 10) == [FolderEntry("1.png"), FolderEntry("2.png")]
    assert source.entries("a", "1.png", 10) == [FolderEntry("2.png")]
    assert source.entries("a", "2.png", 10) == []


@pytest.mark.parametrize("folder", ["missing", "..", "a/../b", "/"])
def test_a_folder_that_is_not_there_is_none(address: str, pictures, folder: str):
    assert source_at(address).entries(folder, "", 10) is None


def test_many_entries_come_page_by_page(address: str, container):
    names = [f"many/{number:02} é+%.png" for number in range(23)]
    for name in names:
        put_into(container)(name, b"x")
    source, listed = source_at(address), [""]
    while page := source.entries("many", listed[-1], 5):
        listed += (entry.name for entry in page)
    assert [f"many/{name}" for name in listed[1:]] == names
