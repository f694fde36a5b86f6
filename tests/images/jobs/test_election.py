from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from images.jobs.election import lead, step_down
from images.jobs.model import Lease

pytestmark = pytest.mark.django_db


def test_the_first_leads_and_goes_on_leading():
    assert lead("a")
    assert not lead("b")
    assert lead("a")


def test_a_leader_that_is_silent_is_replaced():
    lead("a")
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert lead("b")
    assert not lead("a")


def test_a_leader_that_steps_down_makes_room_at_once():
    lead("a")
    step_down("b")
    assert not lead("b")
    step_down("a")
    assert lead("b")


def test_a_leader_from_before_the_clock_was_set_back_is_replaced_unless_it_gives_signs():
    lead("a")
    Lease.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert lead("a")
    assert not lead("b")
    Lease.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert lead("b")
    assert not lead("a")
