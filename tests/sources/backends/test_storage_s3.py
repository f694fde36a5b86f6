"""The Django storage on S3, against a server on this machine that speaks it."""

from __future__ import annotations

import socket

import boto3
import pytest
from botocore.config import Config
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import override_settings
from moto.server import ThreadedMotoServer

from iiifserver.iiif.errors import SourceMissing, SourceUnavailable
from iiifserver.testing import SourceUnderTest, WritingSourceContract, content_of
from sources.backends.storage import StorageSource
from sources.base import FolderEntry, Place

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
QUICK = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})


def s3_at(address: str) -> dict[str, object]:
    keys = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}
    options = {"bucket_name": "pictures", "endpoint_url": address, "client_config": QUICK, **keys}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


@pytest.fixture(scope="module")
def bucket():
    """A bucket that is the site's storage `pictures`; making its client takes longer than all the tests."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    bucket = boto3.resource("s3", endpoint_url=address, **KEYS).create_bucket(Bucket="pictures")
    fence = {**settings.IIIFSERVER, "STORAGE_ALIASES": ["pictures", "gone"]}
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    gone = s3_at(f"http://127.0.0.1:{nobody.getsockname()[1]}")
    with override_settings(IIIFSERVER=fence, STORAGES={**settings.STORAGES, "pictures": s3_at(address), "gone": gone}):
        yield bucket
    nobody.close()
    server.stop()


@pytest.fixture(autouse=True)
def empty(bucket):
    yield
    bucket.objects.all().delete()


def source(**options: str) -> StorageSource:
    return StorageSource.build({"alias": "pictures", **options})


def put(name: str, content: bytes) -> None:
    storages["pictures"].save(name, ContentFile(content))


class TestS3(WritingSourceContract):
    @pytest.fixture
    def subject(self) -> SourceUnderTest:
        place = source(path_prefix="scans/")
        return SourceUnderTest(place, lambda name, content: put(f"scans/{name}", content))


@pytest.mark.parametrize("climb", ["..\\secret.png", "a\\..\\..\\secret.png", "\\secret.png", "../secret.png"])
def test_never_leaves_the_prefix_by_slash_or_backslash(climb: str):
    put("secret.png", b"secret")
    put("scans/a/b.png", b"b")
    assert source(path_prefix="scans/").find(Place(name=climb)) is None


def test_without_a_prefix_names_are_those_of_the_bucket():
    put("a/b.png", b"b")
    assert content_of(source(), "a/b.png") == b"b"


def test_the_version_changes_with_bytes_of_equal_length_at_the_same_moment():
    put("a.png", b"one")
    before = source().find(Place(name="a.png")).version
    put("a.png", b"two")
    assert source().find(Place(name="a.png")).version != before


def test_a_storage_that_does_not_answer_is_unavailable():
    with pytest.raises(SourceUnavailable):
        StorageSource.build({"alias": "gone"}).find(Place(name="a.png"))


def test_a_storage_that_fails_again_and_again_is_left_alone():
    gone = source(alias="gone")
    for _ in range(6):
        with pytest.raises(SourceUnavailable) as error:
            gone.find(Place(name="a.png"))
    assert gone.resting_servers == 1
    assert "left alone" in str(error.value)


def test_an_object_that_goes_away_is_missing():
    put("a.png", b"a")
    found = source().find(Place(name="a.png"))
    storages["pictures"].delete("a.png")
    with pytest.raises(SourceMissing):
        found.open()


def test_a_bucket_can_be_looked_through_page_by_page():
    for name in ("scans/b.png", "scans/a/1.png", "scans/a/2.png", "scans/notes.txt", "scans/page10.png", "x.png"):
        put(name, b"here")
    below = source(path_prefix="scans/")
    everything = [FolderEntry("a", is_folder=True), FolderEntry("b.png"), FolderEntry("page10.png")]
    assert below.entries("", "", 100) == everything
    assert below.entries("", "a", 1) == everything[1:2]
    assert below.entries("a", "", 10) == [FolderEntry("1.png"), FolderEntry("2.png")]
    assert below.entries("missing", "", 10) is None
