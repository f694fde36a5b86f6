from __future__ import annotations

import errno
from threading import Event

import pytest

from caching.purging import PurgeOrder, What
from caching.working_copies import copy_store
from iiifserver.iiif.values import Extent, SourceFacts
from iiifserver.testing.drawing import drawn
from images.copies import making
from images.copies.examined import Examined
from images.copies.model import SlowImage, WorkingCopySettings
from images.copies.ordering import order_copy
from images.copies.rules import Makes
from images.copies.slow import Sampler
from images.jobs import queue
from images.jobs.doing import do
from images.jobs.machine import machine_name
from images.jobs.model import Job, JobState
from images.jobs.purging import order_purge
from images.runtime import keeper
from overlays.models import Overlay
from tests.images.copies.conftest import done

TILE = "/iiif/3/large.jpg/512,512,512,512/512,512/0/default.jpg"


@pytest.fixture
def large(service, rules):
    return service.draw("large.jpg", drawn(2400, 1600), quality=95)


def entries() -> int:
    return copy_store().usage().entries


def left_behind() -> list[str]:
    return [path.name for path in copy_store().folder.rglob("*.tmp")]


def test_a_slow_image_that_is_asked_for_gets_a_copy_ordered_once(service, large, rules):
    rules(makes=Makes.ASKED.value)
    for _ in range(3):
        assert service.get(TILE).status_code == 200
    (job,) = Job.objects.filter(kind="copy")
    assert job.arguments == {"identifier": "large.jpg", "page": 1}
    assert job.machine == machine_name()
    assert done(job).state == JobState.DONE
    assert entries() == 1


def test_two_processes_order_one_copy(service, large, rules):
    from images.copies import ordering

    rules(makes=Makes.ASKED.value)
    service.get(TILE)
    image = examined_large()
    ordering.Orders().wish(image)
    ordering.Orders().wish(image)
    assert Job.objects.filter(kind="copy").count() == 1


def examined_large() -> Examined:
    row = SlowImage.objects.get()
    facts = SourceFacts(
        extent=Extent(row.width, row.height), format_name=row.format_name, has_color=True, has_alpha=False
    )
    return Examined(identifier=row.identifier, page=1, version=row.version, source=row.source, facts=facts)


@pytest.mark.parametrize(
    "change",
    [
        {"makes": "chosen"},
        {"makes": "never"},
        {"formats": ["png"]},
        {"least_megapixels": 100},
        {"source_names": "Elsewhere"},
    ],
)
def test_what_the_rules_do_not_want_is_not_ordered(service, large, rules, change):
    rules(**{"makes": "asked", **change})
    assert service.get(TILE).status_code == 200
    assert not Job.objects.filter(kind="copy").exists()


def test_an_image_that_could_not_be_copied_is_not_ordered_again_by_itself(service, large, rules):
    from images.copies import ordering

    rules(makes=Makes.ASKED.value)
    service.get(TILE)
    Job.objects.update(state=JobState.FAILED)
    ordering.Orders().wish(examined_large())
    assert Job.objects.filter(kind="copy").count() == 1


def test_a_broken_file_fails_with_a_reason_and_leaves_nothing(service, rules, copied):
    path = service.draw("broken.jpg", drawn(2400, 1600))
    path.write_bytes(path.read_bytes()[:4000])
    job = copied("broken.jpg")
    assert job.state == JobState.FAILED
    assert job.outcome
    assert entries() == 0
    assert not left_behind()


def test_an_image_that_is_gone_fails_with_a_reason(copied):
    job = copied("nowhere.jpg")
    assert (job.state, job.outcome) == (JobState.FAILED, "There is no image with this identifier.")


def test_a_copy_that_is_there_is_not_made_again(large, copied):
    copied("large.jpg")
    assert copied("large.jpg").outcome == "There is a working copy already."


def test_the_job_tells_what_the_copy_brings(large, copied):
    outcome = copied("large.jpg").outcome
    row = SlowImage.objects.get()
    assert row.before_milliseconds is not None
    assert row.after_milliseconds < row.before_milliseconds
    assert f"{row.copy_bytes / 1e6:,.1f} MB." in outcome


def test_a_cancelled_copy_leaves_nothing(large, monkeypatch, rules):
    job = queue.order("copy", {"identifier": "large.jpg", "page": 1})
    told = making.told

    def cancelled(pieces, total, progress):
        Job.objects.update(cancel_requested=True)
        return told(pieces, total, progress)

    monkeypatch.setattr(making, "told", cancelled)
    assert done(job).state == JobState.CANCELLED
    assert entries() == 0
    assert not left_behind()


def test_an_interrupted_copy_waits_for_the_next_runner(large):
    job = queue.order("copy", {"identifier": "large.jpg", "page": 1})
    ending = Event()
    ending.set()
    assert queue.take_one(job, "here/1")
    do(Job.objects.get(pk=job.pk), ending)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert done(job).state == JobState.DONE


def test_an_image_that_changes_meanwhile_is_not_copied(service, large, copied, monkeypatch):
    write = making.write

    def changing(*arguments):
        write(*arguments)
        service.draw("large.jpg", drawn(1700, 1600))

    monkeypatch.setattr(making, "write", changing)
    job = copied("large.jpg")
    assert (job.state, job.outcome) == (JobState.FAILED, making.CHANGED)
    assert entries() == 0
    assert not left_behind()


def test_a_full_disk_fails_with_a_reason(large, copied, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "write", full)
    job = copied("large.jpg")
    assert (job.state, job.outcome) == (JobState.FAILED, making.NO_ROOM)
    assert not left_behind()


def test_a_nearly_full_disk_is_left_alone(large, copied, monkeypatch):
    monkeypatch.setattr("caching.working_copies.SPARE_BYTES", 2**62)
    job = copied("large.jpg")
    assert job.state == JobState.FAILED
    assert "nearly full" in job.outcome


def test_a_copy_larger_than_all_the_room_is_not_kept(large, copied, monkeypatch):
    monkeypatch.setattr(WorkingCopySettings, "limit_bytes", 10_000)
    keeper.forget()
    job = copied("large.jpg")
    assert job.state == JobState.FAILED
    assert "larger than all the room" in job.outcome
    assert entries() == 0


def test_the_limit_is_kept_and_the_oldest_makes_room(service, rules, copied, monkeypatch):
    for number in range(3):
        service.draw(f"{number}.jpg", drawn(1400, 1100))
    copied("0.jpg")
    monkeypatch.setattr(WorkingCopySettings, "limit_bytes", int(2.5 * copy_store().usage().bytes))
    keeper.forget()
    for number in range(3):
        assert copied(f"{number}.jpg").state == JobState.DONE
    assert entries() == 2
    assert copied("0.jpg").outcome != "There is a working copy already."


@pytest.mark.parametrize(
    "order",
    [
        PurgeOrder(What.IDENTIFIER, "large.jpg"),
        PurgeOrder(What.PREFIX, "lar"),
        PurgeOrder(What.SOURCE, "FilesystemSource"),
        PurgeOrder(),
    ],
    ids=lambda order: order.what,
)
def test_a_purge_takes_the_copy_along(service, large, copied, order):
    copied("large.jpg")
    job = order_purge(order)
    assert keeper.current().copies.store.find(key_of("large.jpg"), keeper.current().caches.purges) is None
    assert done(job).state == JobState.DONE
    assert entries() == 0


@pytest.mark.parametrize("order", [PurgeOrder(What.IDENTIFIER, "other"), PurgeOrder(What.INFOS)], ids=lambda o: o.what)
def test_another_purge_leaves_it(service, large, copied, order):
    copied("large.jpg")
    assert done(order_purge(order)).state == JobState.DONE
    assert entries() == 1
    assert keeper.current().copies.store.find(key_of("large.jpg"), keeper.current().caches.purges) is not None


def key_of(identifier: str):
    runtime = keeper.current()
    return runtime.copies.key(making.found_source(identifier, 1, runtime), identifier, 1)


def test_a_whole_source_is_copied_and_a_broken_file_keeps_nobody_from_it(service, large):
    service.draw("a/broken.png", drawn(1400, 1100))
    content = (service.folder / "a/broken.png").read_bytes()
    (service.folder / "a/broken.png").write_bytes(content[: len(content) // 2])
    service.draw("b/fine.png", drawn(1400, 1100))
    job = done(queue.order("copies", {"source": "FilesystemSource", "folder": ""}))
    assert job.state == JobState.DONE
    assert job.outcome.startswith(
        "4 images looked at, 2 working copies made. 1 could not be copied, the first: a/broken.png"
    )
    assert entries() == 2


def test_a_source_goes_on_behind_the_last_image(service, large):
    service.draw("z.png", drawn(1400, 1100))
    job = queue.order("copies", {"source": "FilesystemSource", "folder": ""})
    Job.objects.filter(pk=job.pk).update(
        position={"after": "large.jpg", "images": 2, "made": 1, "failed": 0, "reason": ""}
    )
    assert done(Job.objects.get(pk=job.pk)).outcome == "3 images looked at, 2 working copies made."
    assert entries() == 1


def test_a_source_that_there_is_not_fails_with_a_reason(service, rules):
    job = done(queue.order("copies", {"source": "Elsewhere", "folder": ""}))
    assert (job.state, job.outcome) == (JobState.FAILED, "There is no source “Elsewhere”, or it is switched off.")


def test_slow_reads_are_listed_with_the_reason(service, rules, slow_reads):
    service.draw("large.jpg", drawn(2400, 1600))
    assert service.get(TILE).status_code == 200
    row = SlowImage.objects.get()
    assert (row.identifier, row.times, row.width, row.height) == ("large.jpg", 1, 2400, 1600)
    assert row.reason == "One piece of 4 megapixels is decoded for each tile."
    assert row.milliseconds == 1000


def test_one_note_a_second_and_one_of_an_image_in_half_a_minute():
    now = [100.0]
    sampler = Sampler(lambda: now[0])
    facts = SourceFacts(extent=Extent(9, 9), format_name="jpeg", has_color=True, has_alpha=False)
    one, other = (Examined(identifier=name, page=1, version="1", source="", facts=facts) for name in ("one", "other"))
    assert [sampler.takes(one), sampler.takes(one), sampler.takes(other)] == [True, False, False]
    now[0] += 1
    assert [sampler.takes(one), sampler.takes(other)] == [False, True]
    now[0] += 30
    assert sampler.takes(one)


def test_the_list_is_bounded(service, rules, monkeypatch):
    monkeypatch.setattr("images.copies.slow.MOST_ROWS", 3)
    facts = SourceFacts(extent=Extent(2000, 1000), format_name="jpeg", has_color=True, has_alpha=False)
    for number in range(6):
        monkeypatch.setattr("images.copies.slow.sampler", Sampler())
        from images.copies.slow import note_slow_read

        note_slow_read(Examined(identifier=str(number), page=1, version="1", source="", facts=facts), 1.0)
    assert {row.identifier for row in SlowImage.objects.all()} == {"3", "4", "5"}


def test_quick_reads_are_not_listed(service, large, rules):
    rules(slow_milliseconds=600_000)
    assert service.get(TILE).status_code == 200
    assert not SlowImage.objects.exists()


def test_an_image_so_small_that_no_copy_would_help_is_not_listed(service, rules, slow_reads):
    service.draw("small.jpg", drawn(900, 900))
    assert service.get("/iiif/3/small.jpg/full/300,/0/default.jpg").status_code == 200
    assert not SlowImage.objects.exists()


def test_a_click_orders_one_job_while_one_is_under_way(service, large, rules, slow_reads):
    service.get(TILE)
    row = SlowImage.objects.get()
    assert order_copy(row) is not None
    assert order_copy(row) is None
    assert Job.objects.filter(kind="copy").count() == 1


def test_a_redaction_covers_the_copy_as_it_covers_the_image(service, large, copied):
    assert copied("large.jpg").state == JobState.DONE
    assert service.image("512,512,512,512/512,512/0/default.jpg", "large.jpg").getpixel((256, 256)) != (0, 0, 0)
    Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "600,600,300,300"})
    keeper.forget()
    hidden = service.image("512,512,512,512/512,512/0/default.jpg", "large.jpg")
    assert hidden.getpixel((256, 256)) == (0, 0, 0)
