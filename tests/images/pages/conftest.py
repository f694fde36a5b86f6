from __future__ import annotations

import pytest


@pytest.fixture
def installed_viewers(monkeypatch):
    """As if `make install` had fetched the viewers, whether it has or not."""
    monkeypatch.setattr("images.pages.viewer.is_static", lambda path: True)
