"""Images that are not opened any more, or may not be, and that have a working copy."""

from __future__ import annotations

import time

import pytest

from caching.invalidations import invalidate
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Identifier
from iiifserver.testing.drawing import drawn, likeness
from iiifserver.watching.reports import Accused, Ending, Report
from iiifserver.watching.work import File, Kind
from images.copies import of_sources
from images.failed_files.known import Reason
from images.failed_files.reading import failed_files, reader
from images.failed_files.recording import record
from images.jobs.model import JobState
from images.runtime import current_runtime, keeper
from processors.runtime import Processors

TILE = "512,512,512,512/512,512/0/default.jpg"
ALIKE = 34
ENDINGS = {Reason.SLOW: Ending.OVERDUE, Reason.CRASHED: Ending.FAULT}


@pytest.fixture
def large(service, rules):
    return service.draw("large.jpg", drawn(2400, 1600), quality=95)


@pytest.fixture
def refused():
    """Has an image be remembered as one that is not to be opened."""

    def remember(identifier: str = "large.jpg", reason: Reason = Reason.SLOW) -> None:
        file = File(identifier, current_runtime().sources.find(Identifier(identifier)).version)
        accused = Accused(file.digest.hex(), file.identifier, file.version, Kind.PIXELS)
        record(Report(ENDINGS[reason], "SIGSEGV", (accused,), time.time()))
        keeper.look_now()

    reader.forget()
    yield remember
    reader.forget()
    failed_files.learn({})


def status(service, parameters: str = TILE) -> int:
    return service.get(f"/iiif/3/large.jpg/{parameters}").status_code


@pytest.fixture
def unopened(monkeypatch):
    """No image may be opened from here on."""

    def close():
        monkeypatch.setattr(Processors, "inspect", lambda *_: pytest.fail("It was opened."))

    return close


@pytest.mark.parametrize(("reason", "refusal"), [(Reason.SLOW, 504), (Reason.CRASHED, 501)])
def test_an_image_that_is_not_opened_is_served_from_its_copy(
    service, large, copied, refused, unopened, reason, refusal
):
    before = service.image(TILE, "large.jpg")
    assert copied("large.jpg").state == JobState.DONE
    refused(reason=reason)
    unopened()
    assert likeness(service.image(TILE, "large.jpg"), before) > ALIKE
    info = service.info("large.jpg")
    assert (info["width"], info["height"]) == (2400, 1600)
    service.folder.joinpath("large.jpg").touch()
    refused(reason=reason)
    assert status(service) == refusal, "The copy is of other bytes."


@pytest.mark.parametrize("parameters", ["full/max/0/default.jpg", "full/600,/0/default.png", "full/300,/!90/gray.jpg"])
def test_any_picture_of_it_is_made_from_the_copy(service, large, copied, refused, unopened, parameters):
    before = service.image(parameters, "large.jpg")
    assert copied("large.jpg").state == JobState.DONE
    refused(reason=Reason.CRASHED)
    unopened()
    assert likeness(service.image(parameters, "large.jpg"), before) > ALIKE - 4


def test_without_a_copy_it_is_refused(service, large, refused):
    refused()
    assert status(service) == 504


def test_a_copy_that_was_purged_helps_nobody(service, large, copied, refused):
    copied("large.jpg")
    refused()
    assert status(service) == 200
    invalidate()
    assert status(service) == 504


def test_copies_that_are_switched_off_are_not_used(service, large, copied, refused, rules):
    copied("large.jpg")
    refused()
    rules(makes="never")
    assert status(service) == 504


def test_an_image_that_has_become_too_large_is_served_from_its_copy(service, large, copied, monkeypatch):
    def too_large(*_):
        raise ImageTooLarge("This image has more pixels than the server decodes at once.")

    monkeypatch.setattr(Processors, "inspect", too_large)
    assert status(service) == 413
    monkeypatch.undo()
    copied("large.jpg")
    monkeypatch.setattr(Processors, "inspect", too_large)
    keeper.current().caches.infos.links[0].cache.purge()
    assert status(service) == 200


def test_staff_can_have_an_image_copied_that_takes_requests_too_long(service, large, copied, refused):
    refused()
    assert copied("large.jpg").state == JobState.DONE
    assert status(service) == 200


def test_nobody_copies_an_image_that_breaks_its_reader_down(service, large, copied, refused):
    refused(reason=Reason.CRASHED)
    job = copied("large.jpg")
    assert job.state == JobState.FAILED
    assert "break down" in job.outcome


def test_a_whole_source_is_copied_without_the_images_that_take_too_long(service, large, refused):
    refused()
    first = of_sources.Reached()
    of_sources.copy_pages("large.jpg", first, None)
    assert (first.failed, first.made) == (1, 0)
    assert "takes longer to read" in first.reason
