"""What keeps the caches in order. Local disks are seen to by their own machine, shared stores by one of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from caching.base import CacheBackend, Tier
from caching.models import Invalidation
from caching.purges import EVERYTHING, Purges, Scope
from caching.purging import Step, shared, swept_by
from caching.sweeping import damaged, expired, outdated

from . import queue
from .model import JobRunner, alive_since
from .purging import removed
from .settings import MaintenanceSettings
from .work import Work

RUNNERS_KEPT = timedelta(days=1)


def targets(work: Work) -> list[tuple[str, CacheBackend]]:
    """The caches of the job's machine, or those of the whole deployment."""
    return shared(only_here=bool(work.job.machine))


def clean(work: Work) -> str:
    """Removes what nobody has asked for in a long time, and has every cache keep its limits."""
    return removed(work, swept_by(expired, targets(work))).sentence("removed")


def verify(work: Work) -> str:
    """Reads every entry and removes those that are not whole."""
    return removed(work, swept_by(damaged, targets(work))).sentence("found damaged and removed")


def reclaim(work: Work) -> str:
    """Removes what was purged while it could not be removed, such as by another machine."""
    newest = newest_line()
    reached = int(work.arguments.get("reached", 0))
    if newest <= reached:
        return "Nothing was purged since."
    sentence = removed(work, reclaimed(work, reached)).sentence("removed")
    remember_reached(work, newest)
    return sentence


def reclaimed(work: Work, reached: int) -> Iterator[Step]:
    """The steps: image by image where that is all that was purged, else through every entry."""
    lines = [line.purge for line in Invalidation.objects.filter(pk__gt=reached)]
    if all(purge.scope is Scope.IMAGE and purge != EVERYTHING for purge in lines):
        purges = known_purges()
        for purge in lines:
            yield from without_outdated(targets(work), purges, image=purge.value)
    elif any(purge.scope is not Scope.INFOS for purge in lines):
        yield from without_outdated(targets(work), known_purges())


def without_outdated(targets: list[tuple[str, CacheBackend]], purges: Purges, *, image: str = "") -> Iterator[Step]:
    """Sweeps away what nobody will be given again, of one image or of all."""
    for are_pictures in (True, False):
        meant = [(name, cache) for name, cache in targets if (cache.tier is Tier.DERIVATIVE) is are_pictures]
        yield from swept_by(outdated(purges, minds_age=are_pictures), meant, image=image)


def known_purges() -> Purges:
    """Everything in the journal."""
    purges = Purges()
    for line in Invalidation.objects.order_by("pk"):
        purges.note(line.pk, line.purge)
    return purges


def newest_line() -> int:
    return Invalidation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def remember_reached(work: Work, line: int) -> None:
    work.job.arguments = {**work.arguments, "reached": line}
    queue.mine(work.job).update(arguments=work.job.arguments)


def tidy_records(work: Work) -> str:
    """Removes jobs that ended long ago, runners that are gone, and log-ins that are over."""
    kept = timedelta(days=MaintenanceSettings.current().keeps_jobs_days)
    count = queue.remove_old(timezone.now() - kept)
    JobRunner.objects.filter(heartbeat_at__lt=alive_since() - RUNNERS_KEPT).delete()
    if "django.contrib.sessions" in settings.INSTALLED_APPS:
        call_command("clearsessions")
    return f"{count:,} old {'job' if count == 1 else 'jobs'} removed."
