from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tests.sources.web_server import WebServer, web_server


@pytest.fixture
def loopback_is_open(tmp_path: Path):
    """The fence lets sources ask this machine; what they remember is the test's own."""
    with override_settings(
        IIIFSERVER={**settings.IIIFSERVER, "HOME": tmp_path / "home", "PRIVATE_NETWORKS": ["127.0.0.0/8"]}
    ):
        yield


@pytest.fixture
def web(loopback_is_open) -> WebServer:
    with web_server() as server:
        yield server
