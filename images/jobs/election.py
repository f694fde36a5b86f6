"""Who of all runners does the work that is there once for the whole deployment."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from .model import Lease

LEASE = "jobs"
LEASE_SECONDS = 20
LONGEST = timedelta(seconds=2 * LEASE_SECONDS)
"""No lease lasts longer, whatever the clocks of the machines may differ."""


def lead(runner: str) -> bool:
    """Whether this runner leads from now on for a while; to be asked again before that is over.

    The clocks of all machines must agree within a few seconds.
    """
    now = timezone.now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    # One that lasts longer than any is from before the clock was set back; whoever holds it still renews it.
    is_over = Q(expires_at__lt=now) | Q(expires_at__gt=now + LONGEST)
    free = Lease.objects.filter(Q(holder=runner) | is_over, name=LEASE)
    if free.update(holder=runner, expires_at=until):
        return True
    try:
        with transaction.atomic():
            _, is_new = Lease.objects.get_or_create(name=LEASE, defaults={"holder": runner, "expires_at": until})
    except IntegrityError:
        return False
    return is_new


def step_down(runner: str) -> None:
    """Leaves the place to another at once."""
    Lease.objects.filter(name=LEASE, holder=runner).delete()
