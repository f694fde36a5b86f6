"""Stores of pictures are asked only where the fence lets this server go, as sources are."""

from __future__ import annotations

import pytest

from caching.backends.azure import AzureCache, AzureCacheForm, is_installed
from caching.backends.gcs import GcsCache, GcsCacheForm
from caching.backends.s3 import S3Cache, S3CacheForm
from caching.base import CacheUnavailable
from iiifserver.backend import BackendError
from iiifserver.testing.caches import key

KEYS = {"access_key_id": "AK", "secret_key": "swordfish"}
STORES = [
    pytest.param(S3Cache, S3CacheForm, "endpoint", {"bucket": "pictures", **KEYS}, id="S3"),
    pytest.param(AzureCache, AzureCacheForm, "account_url", {"container": "pictures"}, id="Azure"),
    pytest.param(GcsCache, GcsCacheForm, "endpoint", {"bucket": "pictures"}, id="Google"),
]
CLOSED = {"PRIVATE_NETWORKS": []}
FORM = {"key_prefix": "p", "ttl_seconds": 0, "largest_bytes": 1, "timeout_seconds": 5}


@pytest.fixture
def fence(settings):
    def change(**values):
        settings.IIIFSERVER = {**settings.IIIFSERVER, **values}

    return change


@pytest.mark.parametrize(("cache", "form", "name", "options"), STORES)
@pytest.mark.parametrize("address", ["http://127.0.0.1:9000", "http://169.254.169.254/", "ftp://example.org", "store"])
def test_a_closed_address_is_refused_when_it_is_saved(fence, cache, form, name, options, address):
    fence(**CLOSED)
    errors = form({**FORM, **options, name: address}).errors
    assert list(errors) == [name]
    with pytest.raises(BackendError):
        cache.build({**options, name: address})


@pytest.mark.parametrize(("cache", "form", "name", "options"), STORES)
def test_only_the_named_hosts_are_asked(fence, cache, form, name, options):
    fence(REMOTE_HOSTS=["store.example.org"])
    assert form({**FORM, **options, name: "https://store.example.org"}).errors == {}
    assert "REMOTE_HOSTS" in str(form({**FORM, **options, name: "https://other.example.org"}).errors)


@pytest.mark.parametrize(("cache", "form", "name", "options"), STORES)
def test_a_secret_in_the_address_is_refused(cache, form, name, options):
    assert "their own fields" in str(form({**FORM, **options, name: "https://me:pass@example.org"}).errors)


@pytest.mark.parametrize(("cache", "form", "name", "options"), STORES)
def test_a_name_that_leads_to_a_closed_address_is_not_asked(fence, monkeypatch, cache, form, name, options):
    """The name is looked up only when the connection is made: what was saved may lead elsewhere by then."""
    if cache is AzureCache and not is_installed():
        pytest.skip("The library for Azure is missing: pip install 'iiifserver[azure]'.")
    place = (2, 1, 6, "", ("10.0.0.7", 9000))
    monkeypatch.setattr("iiifserver.outbound.fence.socket.getaddrinfo", lambda *args, **kwargs: [place])
    asked = []
    monkeypatch.setattr("socket.socket.connect", lambda self, address: asked.append(address))
    built = cache.build({**options, name: "http://store.example.org:9000", "timeout_seconds": 5})
    for use in (lambda: built.get(key()), lambda: built.put(key(), b"picture"), built.purge):
        with pytest.raises(CacheUnavailable, match="may not be asked"):
            use()
    assert asked == []


@pytest.mark.parametrize(("cache", "form"), [(S3Cache, S3CacheForm), (GcsCache, GcsCacheForm)], ids=["S3", "Google"])
def test_the_credentials_of_the_machine_need_the_fence(fence, cache, form):
    with pytest.raises(BackendError, match="AMBIENT_CREDENTIALS"):
        cache.build({"bucket": "pictures"})
    fence(AMBIENT_CREDENTIALS=True)
    assert cache.build({"bucket": "pictures"})
