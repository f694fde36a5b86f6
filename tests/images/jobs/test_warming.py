from __future__ import annotations

from threading import Event

import pytest
from PIL import Image

from images.jobs import queue, warming
from images.jobs.model import JobState
from images.metrics import renders_total
from images.models import EndpointSettings

QUICK = {"per_second": 0}


def renders() -> int:
    return int(renders_total._value.get())


@pytest.fixture
def large(service):
    """700 by 500 pixels, in two levels of tiles of 256 pixels."""
    row = EndpointSettings.current()
    row.tile_size = 256
    row.save()
    service.draw("large.png", Image.new("RGB", (700, 500), "navy"))
    small = Image.new("RGB", (100, 80), "navy")
    service.draw("small.png", small)
    service.draw("shelf/one.png", small)
    service.draw("shelf/two.png", small)
    from images.runtime import keeper

    keeper.forget()
    return service


def order(**what):
    return queue.order("warm", warming.arguments(**{**QUICK, **what}))


def test_what_was_warmed_is_not_made_again(large, done):
    job = done(order(identifiers=["large.png"]))
    assert (job.state, job.outcome) == (JobState.DONE, "12 pictures of 1 image are ready.")
    before = renders()
    info = large.info("large.png")
    for size in info["sizes"]:
        large.image(f"full/{size['width']},{size['height']}/0/default.jpg", "large.png")
    large.image("512,256,188,244/188,244/0/default.jpg", "large.png")
    large.image("0,0,512,500/256,250/0/default.jpg", "large.png")
    assert renders() == before


@pytest.mark.parametrize(("what", "count"), [({"tiles": False}, 3), ({"sizes": False}, 9)])
def test_sizes_or_tiles_alone(large, done, what, count):
    assert done(order(identifiers=["large.png"], **what)).outcome.startswith(f"{count} pictures")


def test_an_image_that_is_not_there_is_told_and_the_others_are_warmed(large, done):
    job = done(order(identifiers=["gone.png", "small.png"], tiles=False))
    assert job.state == JobState.DONE
    assert "1 picture of 2 images is ready. 1 could not be made, the first: gone.png: " in job.outcome


@pytest.mark.parametrize(
    "what", [{"identifiers": ["gone.png", "lost.png"]}, {"pictures": [(3, "gone.png/full/max/0/default.jpg")] * 2}]
)
def test_a_warming_that_made_nothing_has_failed(large, done, what):
    job = done(order(**what))
    assert job.state == JobState.FAILED
    assert "0 pictures of 2 images are ready. 2 could not be made, the first: gone.png" in job.outcome


def test_a_folder_without_images_has_nothing_to_make(large, done):
    (large.folder / "empty").mkdir()
    job = done(order(source="FilesystemSource", folder="empty"))
    assert (job.state, job.outcome) == (JobState.DONE, "0 pictures of 0 images are ready.")


@pytest.mark.parametrize(
    "spelling", ["shelf%2Fone.png", "shelf%2fone.png;1", "https://images.example.org/iiif/3/shelf%2Fone.png/info.json"]
)
def test_the_spelling_of_an_address_names_the_image_too(large, done, spelling):
    job = done(order(identifiers=[spelling], tiles=False))
    assert (job.state, job.outcome) == (JobState.DONE, "1 picture of 1 image is ready.")


def test_an_image_that_is_really_called_like_an_address_is_meant_first(large, done):
    large.draw("small%2Fer.png", Image.new("RGB", (600, 600), "navy"))
    large.draw("small/er.png", Image.new("RGB", (20, 20), "navy"))
    assert "3 pictures" in done(order(identifiers=["small%2Fer.png"], tiles=False)).outcome


def test_a_folder_of_a_source(large, done):
    job = done(order(source="FilesystemSource", folder="shelf", tiles=False))
    assert job.outcome == "2 pictures of 2 images are ready."


@pytest.mark.parametrize("what", [{"source": "No such source"}, {"source": "FilesystemSource", "folder": "nowhere"}])
def test_what_cannot_be_listed_is_told(large, done, what):
    job = done(order(**what))
    assert job.state == JobState.FAILED
    assert "“" in job.outcome


def test_pictures_of_a_log(large, done):
    job = done(order(pictures=[(3, "card.png/full/50,/0/default.jpg"), (3, "card.png/full/none/0/default.jpg")]))
    assert "1 picture of 2 images is ready. 1 could not be made" in job.outcome
    before = renders()
    large.image("full/50,/0/default.jpg")
    assert renders() == before


def test_it_goes_on_where_it_was(large, done):
    ending = Event()
    ending.set()
    job = done(order(identifiers=["small.png", "shelf/one.png"], tiles=False), ending=ending)
    assert job.state == JobState.WAITING
    job.position = {"images": 1, "pictures": 1}
    job.save()
    before = renders()
    assert done(job).outcome == "2 pictures of 2 images are ready."
    assert renders() == before + 1


def test_the_pace_is_kept(monkeypatch):
    waits = []
    pace = warming.Pace(10)
    work = type("Work", (), {"pause": lambda self, seconds: waits.append(seconds)})()
    for _ in range(3):
        pace.keep(work)
    assert all(0 < wait <= 0.3 for wait in waits)
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ({"identifiers": ["a"]}, "Warm “a”"),
        ({"identifiers": ["a", "b"]}, "Warm 2 images"),
        ({"source": "S"}, "Warm the source “S”"),
        ({"source": "S", "folder": "f"}, "Warm the folder “f” of the source “S”"),
        ({"pictures": [(3, "x")]}, "Warm 1 picture from a log"),
    ],
)
def test_what_is_warmed_in_words(what, title):
    assert warming.title(warming.arguments(**what)) == title
