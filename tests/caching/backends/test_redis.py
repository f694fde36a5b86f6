from __future__ import annotations

import threading
import time

import pytest

from caching.backends.redis import RedisCache, RedisForm
from caching.base import CacheUnavailable
from caching.meeting import meeting_of
from caching.outage import Outage
from caching.runtime import Caches, Derivatives, Link
from iiifserver.backend import BackendError
from iiifserver.testing.caches import CacheContract, key
from tests.caching.conftest import free_port

DEADLINE_SECONDS = 60


class TestRedisCache(CacheContract):
    @pytest.fixture
    def cache(self, redis):
        return RedisCache.build({"address": redis.address, "largest_bytes": 1_000_000, "timeout_seconds": 10})


@pytest.fixture
def cache(redis):
    return RedisCache.build({"address": redis.address, "timeout_seconds": 10})


def test_nothing_of_others_is_ever_removed(cache, redis):
    other = RedisCache.build({"address": redis.address, "key_prefix": "iiif-pictures-too"})
    other.put(key(), b"theirs")
    redis.client.set("sessions:1", "theirs")
    cache.put(key(), b"ours")
    assert cache.purge() == 1
    assert redis.client.get("sessions:1") == b"theirs"
    assert other.get(key()) == b"theirs"


def test_a_prefix_is_not_a_pattern(redis):
    with_star = RedisCache.build({"address": redis.address, "key_prefix": "a[b]*"})
    with_star.put(key(), b"ours")
    redis.client.set("ab:x", "theirs")
    assert with_star.purge() == 1


@pytest.mark.parametrize("value", [b"12", b"torn", b"\x80\x04N.", b""])
def test_what_others_wrote_under_our_key_is_a_miss(cache, redis, value):
    redis.client.set(f"iiif-pictures:{key()}", value)
    assert cache.get(key()) is None


def test_a_truncated_entry_is_a_miss(cache, redis):
    cache.put(key(), b"picture")
    name = f"iiif-pictures:{key()}"
    redis.client.set(name, redis.client.get(name)[:-1])
    assert cache.get(key()) is None


def test_entries_end_after_their_time(cache, redis):
    cache.put(key(), b"picture")
    assert 0 < redis.client.ttl(f"iiif-pictures:{key()}") <= 2_592_000


def test_without_a_time_to_live_entries_stay(redis):
    RedisCache.build({"address": redis.address, "ttl_seconds": 0}).put(key(), b"picture")
    assert redis.client.ttl(f"iiif-pictures:{key()}") == -1


def test_a_server_that_is_not_there_is_known_at_once():
    cache = RedisCache.build({"address": f"redis://127.0.0.1:{free_port()}/0", "timeout_seconds": 2 * DEADLINE_SECONDS})
    started = time.monotonic()
    with pytest.raises(CacheUnavailable):
        cache.get(key())
    assert time.monotonic() - started < DEADLINE_SECONDS
    assert "Start Redis" in " ".join(cache.problems())


def test_a_server_that_does_not_answer_is_given_up_at_the_timeout():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = RedisCache.build({"address": f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "timeout_seconds": 0.1})
        started = time.monotonic()
        with pytest.raises(CacheUnavailable):
            cache.get(key())
        assert 0.1 <= time.monotonic() - started < DEADLINE_SECONDS


def test_a_wrong_password_is_a_problem_and_is_not_repeated(cache, redis):
    redis.client.config_set("requirepass", "right")
    try:
        sentences = RedisCache.build({"address": redis.address, "password": "wrong-one"}).problems()
        assert list(RedisCache.build({"address": redis.address, "password": "right"}).problems()) == []
    finally:
        from redis import Redis

        Redis(port=redis.port, password="right").config_set("requirepass", "")
    assert sentences
    assert "wrong-one" not in " ".join(sentences)


def test_two_rows_with_one_address_have_their_own_connections(redis):
    first, second = (RedisCache.build({"address": redis.address, "timeout_seconds": seconds}) for seconds in (1, 2))
    assert first._client.connection_pool is not second._client.connection_pool


@pytest.mark.parametrize("address", ["localhost:6379", "http://localhost", "redis://", "redis://:secret@localhost/0"])
def test_an_address_that_is_none_is_refused_without_repeating_it(address):
    form = RedisForm({**{name: field.initial for name, field in RedisForm.base_fields.items()}, "address": address})
    assert "secret" not in str(form.errors["address"])
    with pytest.raises(BackendError):
        RedisCache.build({"address": address})


def test_images_are_served_while_redis_stops_and_starts(redis):
    cache = RedisCache.build({"address": redis.address})
    link = Link(1, "Redis", cache, Outage("Reading"), Outage("Writing"))
    served = Caches(derivatives=Derivatives((link,)), meeting=meeting_of([cache]))
    stop, answers = threading.Event(), []

    def ask(number: int) -> None:
        while not stop.is_set():
            name = f"{number} {len(answers) % 50}"
            answers.append(served.picture(key(name), 0, name.encode) == name.encode())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: link.counts.hits > 50)
    redis.stop()
    wait_until(lambda: link.counts.failures > 0)
    before = len(answers)
    wait_until(lambda: len(answers) > before + 200)
    redis.start()
    hits = link.counts.hits
    wait_until(lambda: link.counts.hits > hits + 50)
    stop.set()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
    assert all(answers)


def wait_until(holds) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)
