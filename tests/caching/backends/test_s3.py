"""The cache in S3, against a server on this machine that speaks it."""

from __future__ import annotations

import boto3
import pytest
from django.conf import settings
from django.test import override_settings
from moto.server import ThreadedMotoServer

from caching.backends.s3 import S3Cache, S3CacheForm
from caching.base import CacheUnavailable
from iiifserver.backend import BackendError
from iiifserver.testing.caches import CacheContract, key
from tests.caching.conftest import OPEN, free_port

KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def store():
    """The address of a store with a bucket of that name, and the bucket itself."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    yield address, boto3.resource("s3", endpoint_url=address, **KEYS).create_bucket(Bucket="pictures")
    server.stop()


@pytest.fixture
def bucket(store):
    store[1].objects.all().delete()
    return store[1]


@pytest.fixture
def cache_with(store, bucket):
    def build(**options):
        return built(store[0], **options)

    return build


def built(address, **options):
    given = {"bucket": "pictures", "endpoint": address, "access_key_id": "test", "secret_key": "test"}
    return S3Cache.build({**given, "region": "us-east-1", "timeout_seconds": 60, **options})


@pytest.fixture(scope="module")
def small_cache(store):
    """Shared by the tests of the contract: making a client takes longer than all of them."""
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, **OPEN}):
        return built(store[0], largest_bytes=1_000_000)


class TestS3Cache(CacheContract):
    uses = 100

    @pytest.fixture
    def cache(self, small_cache, bucket):
        return small_cache


def test_nothing_outside_the_prefix_is_ever_touched(cache_with, bucket):
    for name in ("originals/scan.tif", "iiif-pictures-too/a/b", "iiif-pictures"):
        bucket.put_object(Key=name, Body=b"theirs")
    cache = cache_with()
    cache.put(key(), b"ours")
    assert cache.purge() == 1
    assert sorted(found.key for found in bucket.objects.all()) == [
        "iiif-pictures",
        "iiif-pictures-too/a/b",
        "originals/scan.tif",
    ]


@pytest.mark.parametrize("prefix", ["", "/", "/a", "a/", "..", "a/../b", "a//b"])
def test_a_prefix_is_required(cache_with, prefix):
    with pytest.raises(BackendError):
        cache_with(key_prefix=prefix)
    assert "key_prefix" in S3CacheForm({"bucket": "pictures", "key_prefix": prefix}).errors


def test_an_entry_is_gone_after_its_time(cache_with):
    cache_with().put(key(), b"picture")
    assert cache_with(ttl_seconds=10).get(key()) == b"picture"
    later = cache_with(ttl_seconds=10)
    later.is_too_old = lambda dated: type(later).is_too_old(later, bytes(8) + dated[8:])
    assert later.get(key()) is None


@pytest.mark.parametrize("raw", [b"", b"torn", b"x" * 100])
def test_what_others_put_under_our_key_is_a_miss(cache_with, bucket, raw):
    bucket.put_object(Key=f"iiif-pictures/{key()}", Body=raw)
    assert cache_with().get(key()) is None


def test_more_than_one_page_is_purged(cache_with, bucket, monkeypatch):
    monkeypatch.setattr("caching.object_stores.BATCH", 2)
    cache = cache_with()
    for number in range(5):
        cache.put(key(f"image {number}"), b"picture")
    assert cache.purge() == 5
    assert list(bucket.objects.all()) == []


def test_many_objects_are_not_counted_to_the_end(cache_with, monkeypatch):
    monkeypatch.setattr("caching.object_stores.COUNTED", 2)
    cache = cache_with()
    for number in range(3):
        cache.put(key(f"image {number}"), b"picture")
    usage = cache.usage()
    assert (usage.entries, usage.note) == (2, "or more")


@pytest.mark.parametrize("options", [{"bucket": "gone"}, {"endpoint": "nobody"}])
def test_a_store_that_does_not_answer_is_unavailable(cache_with, options):
    if options.get("endpoint") == "nobody":
        options = {"endpoint": f"http://127.0.0.1:{free_port()}", "timeout_seconds": 0.2}
    cache = cache_with(**options)
    for use in (lambda: cache.get(key()), lambda: cache.put(key(), b"x"), cache.purge, cache.usage):
        with pytest.raises(CacheUnavailable, match="S3"):
            use()
    assert list(cache.problems())


def test_the_secret_stays_in_the_row(cache_with):
    assert S3Cache.secret_options == {"secret_key"}
    assert "swordfish" not in repr(cache_with(secret_key="swordfish"))
