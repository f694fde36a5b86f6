from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from caching.base import Usage
from caching.models import Cache
from caching.purging import shown_usage, usage_sentence
from caching.runtime import active_caches
from iiifserver.secrets import is_secret
from iiifserver.testing.caches import key
from tests.caching.conftest import free_port

pytestmark = pytest.mark.django_db

LIST = "admin:iiif_caching_cache_changelist"
PURGE = "admin:iiif_images_job_purge"


@pytest.fixture
def viewer(client):
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_cache"))
    client.force_login(user)
    return client


@pytest.fixture
def used():
    Cache.objects.create(name="Disk", kind="filesystem")
    used = active_caches(Cache.objects.all())
    used.derivatives.put(key("scans/0042.tif"), b"picture", 0)
    used.derivatives.put(key("map.tif"), b"picture", 0)
    return used


def page(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()


def test_kinds_are_offered_below_their_tier(admin_client):
    text = page(admin_client.get(reverse("admin:iiif_caching_cache_add")))
    groups = [part.split("</optgroup>")[0] for part in text.split("<optgroup")[1:]]
    assert ["Derivative cache" in group for group in groups] == [True, False, False]
    assert [name in groups[0] for name in ("FilesystemCache", "RedisCache", "Memory", "None")] == [True] * 4
    assert 'value="info_memory"' in groups[1]
    assert 'value="source_filesystem"' in groups[2]


def test_a_cache_is_added_and_set_up(admin_client):
    added = admin_client.post(reverse("admin:iiif_caching_cache_add"), {"name": "Pictures", "kind": "redis"})
    row = Cache.objects.get()
    assert added.url == reverse("admin:iiif_caching_cache_change", args=[row.pk])
    options = {"address": f"redis://127.0.0.1:{free_port()}/0", "password": "hush", "timeout_seconds": "0.1"}
    rest = {"key_prefix": "iiif", "ttl_seconds": "0", "largest_bytes": "1000"}
    form = {f"option_{name}": value for name, value in (options | rest).items()}
    saved = admin_client.post(added.url, {"name": "Pictures", "enabled": "on", "position": "1", **form})
    row.refresh_from_db()
    assert saved.status_code == 302
    assert row.enabled
    assert row.options["timeout_seconds"] == 0.1
    assert is_secret(row.options["password"])
    assert "hush" not in page(admin_client.get(added.url))


def test_the_list_shows_tier_usage_and_state(admin_client, used):
    Cache.objects.create(name="Down", kind="redis", options={"address": f"redis://127.0.0.1:{free_port()}/0"})
    Cache.objects.create(name="Gone", kind="no-such-kind")
    text = page(admin_client.get(reverse(LIST)))
    for shown in ("Derivative cache", "0 of 2,000 MB, 2 files", "not known", "Start Redis", "not installed"):
        assert shown in text


def test_who_may_purge_is_led_to_it(admin_client, used):
    assert reverse(PURGE) in page(admin_client.get(reverse(LIST)))


def test_who_may_only_look_is_not(viewer, used):
    assert reverse(PURGE) not in page(viewer.get(reverse(LIST)))


def test_a_memory_that_this_worker_does_not_use_is_empty():
    assert shown_usage(Cache.objects.create(name="Memory", kind="memory")) == "empty"


@pytest.mark.parametrize(
    ("usage", "sentence"),
    [
        (Usage(entries=3412, bytes=12_300_000, limit_bytes=500_000_000, unit="files"), "12 of 500 MB, 3,412 files"),
        (Usage(entries=0), "0 entries"),
        (
            Usage(entries=5, limit_entries=10_000, unit="images", note="in one worker"),
            "5 of 10,000 images in one worker",
        ),
        (Usage(entries=5, bytes=10**9, unit="keys", note="in all"), "1,000 MB, 5 keys in all"),
    ],
)
def test_usage_in_words(usage, sentence):
    assert usage_sentence(usage) == sentence
