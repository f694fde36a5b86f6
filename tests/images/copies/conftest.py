"""A service with slow images, and jobs done at once."""

from __future__ import annotations

import itertools
from threading import Event

import pytest

from caching import runtime as caching_runtime
from caching.purges import Purges
from images.copies import ordering, slow, using
from images.copies.model import WorkingCopySettings
from images.jobs import queue
from images.jobs.doing import do
from images.jobs.model import Job
from images.runtime import keeper
from processors.models import Processor


@pytest.fixture(autouse=True)
def own_process(monkeypatch):
    """Each test begins like a process that has just started."""
    monkeypatch.setattr(caching_runtime, "purges", Purges())
    monkeypatch.setattr(ordering, "orders", ordering.Orders())
    monkeypatch.setattr("images.copies.runtime.orders", ordering.orders)
    monkeypatch.setattr(slow, "sampler", slow.Sampler())


@pytest.fixture
def slow_reads(monkeypatch):
    """Every read of an image takes a second by the clock that the source doctor looks at."""
    monkeypatch.setattr(using, "perf_counter", itertools.count().__next__)


@pytest.fixture
def rules(service):
    """Changes what staff have set of working copies, and has it used at once."""

    def change(**values) -> None:
        row = WorkingCopySettings.current()
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        keeper.forget()

    # Pillow's processor is on every machine, and decodes a whole image for each tile.
    Processor.objects.filter(kind="vips").delete()
    change(least_megapixels=1)
    return change


@pytest.fixture
def copied(service, rules):
    """Has a working copy be made of an image; the job as it ended."""

    def copy(identifier: str, page: int = 1) -> Job:
        job = queue.order("copy", {"identifier": identifier, "page": page})
        return done(job)

    return copy


def done(job: Job) -> Job:
    """The same job, when somebody has done it."""
    assert queue.take_one(job, "here/1")
    do(Job.objects.get(pk=job.pk), Event())
    return Job.objects.get(pk=job.pk)
