from __future__ import annotations

import pytest

from caching.base import Tier
from caching.models import Cache, Invalidation
from caching.registry import caches

pytestmark = pytest.mark.django_db


def test_the_tier_follows_from_the_kind():
    assert Cache.objects.create(name="Disk", kind="filesystem").tier == Tier.DERIVATIVE
    assert Cache.objects.create(name="Infos", kind="info_memory").tier == Tier.INFO


def test_a_row_whose_plug_in_is_gone_keeps_its_tier(monkeypatch):
    row = Cache.objects.create(name="Disk", kind="filesystem")
    monkeypatch.setattr(caches, "_backends", {})
    row.save()
    assert row.tier == Tier.DERIVATIVE


def test_a_line_of_the_journal_says_what_was_purged():
    assert [str(Invalidation(image=image)) for image in ("abc", "")] == ["image abc", "everything"]
