from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from images.activity.noting import add
from images.activity.resolution import Resolution
from images.activity.spans import Held, Span
from images.jobs import queue
from images.jobs.runner import Runner
from tests.images.api.conftest import Program, sentence

PATHS = ["/metrics", "/status"]


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("path", PATHS)
class TestWhoMay:
    def test_strangers_may_not(self, service, path):
        answer = Program().get(path)
        assert answer.status_code == 401
        assert "token" in sentence(answer)

    def test_an_address_that_is_allowed_may(self, api, path):
        api(metrics_networks="10.0.0.0/24\n2001:db8::/32")
        for address, status in (("10.0.0.7", 200), ("10.0.1.7", 401), ("2001:db8::1", 200), ("", 401), ("x", 401)):
            assert Program().get(path, REMOTE_ADDR=address).status_code == status

    def test_a_token_for_it_may(self, service, token, path):
        assert token("may_read_numbers").get(path).status_code == 200
        assert token("may_purge").get(path).status_code == 403

    def test_a_site_that_asks_everybody_to_sign_in_lets_them(self, service, token, settings, path):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
        assert token("may_read_numbers").get(path).status_code == 200

    def test_it_is_only_read(self, service, token, path):
        assert token("may_read_numbers").post(path, {}).status_code == 405


def test_prometheus_reads_what_was_counted_and_what_there_is(service, token):
    before = samples(token("may_read_numbers").get("/metrics").content.decode())
    for _ in range(2):
        service.image("full/50,/0/default.jpg")
    queue.order("sleep", {"seconds": 1})
    Runner("here").give_a_sign()
    after = samples(token("may_read_numbers").get("/metrics").content.decode())

    def grown(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown("iiifserver_renders_total") == 1
    assert grown("iiifserver_requests_total", "200", "image") == 2
    assert grown("iiifserver_cache_reads_total", "FilesystemCache", "FilesystemSource", "hit") == 1
    assert grown("iiifserver_cache_reads_total", "FilesystemCache", "FilesystemSource", "miss") == 1
    assert after["iiifserver_cache_entries", "FilesystemCache"] == 1
    assert after["iiifserver_cache_bytes", "FilesystemCache"] > 100
    assert after["iiifserver_cache_up", "FilesystemCache"] == 1
    assert after["iiifserver_jobs_open", "waiting"] == 1
    assert after["iiifserver_job_runners",] == 1


def test_the_status_document_has_the_numbers_of_the_page(service, token):
    service.image("full/50,/0/default.jpg")
    Runner("here").give_a_sign()
    document = token("may_read_numbers").get("/status").json()
    assert document["renders"] >= 1
    disk = next(cache for cache in document["caches"] if cache["name"] == "FilesystemCache")
    assert disk["entries"] == 1
    assert disk["misses"] >= 1
    assert document["runners"][0]["leads"] is True
    assert "Python" in document["versions"]
    assert "FilesystemSource" in {source["name"] for source in document["sources"]}


def test_the_status_document_tells_of_the_last_hour_and_the_last_day(service, token):
    program = token("may_read_numbers")
    assert program.get("/status").json()["activity"] == {"last_hour": None, "last_day": None}
    minute = int(timezone.now().timestamp()) // 60 - 2
    span = Span(
        begins_at=datetime.fromtimestamp(minute * 60, UTC),
        seconds=60,
        counts={
            ("requests", "image", "200"): 30,
            ("made",): 5,
            ("stored",): 15,
            ("reads", "FilesystemCache", "Folder", "hit"): 30,
            ("reads", "FilesystemCache", "Folder", "miss"): 10,
            ("evicted", "FilesystemCache"): 2,
            ("waits", "image", "0.5"): 30,
            ("waits", "image", "+Inf"): 30,
        },
        held={"FilesystemCache": Held(entries=7, bytes=700)},
        images={"<b>.tif": 12},
    )
    for resolution in Resolution:
        add(span, "here", resolution)
    activity = program.get("/status").json()["activity"]
    hour = activity["last_hour"]
    assert activity["last_day"] == hour
    assert (hour["requests"], hour["requests_per_minute"], hour["statuses"]) == (30, 30, {"200": 30})
    assert hour["answers"] == [{"kind": "image", "requests": 30, "median_seconds": 0.25, "p95_seconds": 0.475}]
    assert hour["pictures"] == {"stored_tiles": 15, "from_caches": 30, "made": 5, "stored_percent": 30.0}
    disk = next(cache for cache in hour["caches"] if cache["name"] == "FilesystemCache")
    assert (disk["tier"], disk["hit_percent"], disk["evicted_entries"], disk["bytes"]) == ("derivative", 75.0, 2, 700)
    assert [(source["name"], source["hits"]) for source in hour["sources"]] == [("Folder", 30)]
    assert hour["images"] == [{"identifier": "<b>.tif", "at_least": 12}]
