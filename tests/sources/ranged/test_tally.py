"""What a source has asked of another machine is counted."""

from __future__ import annotations

from sources.backends.http import HttpSource
from sources.base import Place, Traffic
from sources.ranged.remote import Mode
from sources.ranged.retries import Patience

CONTENT = bytes(range(250)) * 400


def source_at(web, **options):
    source = HttpSource.build({"base_url": f"{web.address}/", "block_kilobytes": 10, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    return source


def read(source, start=0, count=1):
    found = source.find(Place(name="a.png"))
    with found.open() as file:
        file.seek(start)
        return file.read(count)


def test_nothing_was_asked_at_first(web):
    assert source_at(web).traffic() == Traffic(0, 0)


def test_each_piece_is_a_request_with_its_bytes(web):
    web.put("/a.png", CONTENT)
    source = source_at(web)
    read(source)
    assert source.traffic() == Traffic(1, 10_000)
    read(source, 50_000, 2_000)
    assert source.traffic() == Traffic(2, 20_000)
    assert source.traffic() == Traffic(len(web.requests), web.sent)


def test_what_is_remembered_is_not_asked_again(web):
    web.put("/a.png", CONTENT)
    source = source_at(web)
    read(source)
    before = source.traffic()
    read(source)
    assert source.traffic() - before == Traffic(0, 0)


def test_a_repeated_request_counts_again(web):
    web.put("/a.png", CONTENT)
    source = source_at(web)

    def fail_once(handler):
        web.fault = lambda handler: False
        handler.answer(503, {"Content-Length": "0"})
        return True

    web.fault = fail_once
    read(source)
    assert source.traffic().requests == len(web.requests) == 2


def test_what_is_not_there_was_asked_for(web):
    source = source_at(web)
    assert source.find(Place(name="a.png")) is None
    assert source.traffic() == Traffic(1, 0)


def test_an_image_that_comes_whole_counts_whole(web):
    web.put("/a.png", CONTENT)
    web.knows_ranges = False
    source = source_at(web)
    read(source, 90_000)
    assert source.traffic() == Traffic(1, len(CONTENT))


def test_how_it_is_read_is_told_to_staff(web):
    web.put("/a.png", CONTENT)
    web.knows_ranges = False
    source = source_at(web)
    source.find(Place(name="a.png"))
    [remark] = source.remarks(Place(name="a.png"))
    assert remark.endswith("The image is fetched as a whole.")
    assert source.look(source.remote(Place(name="a.png"))).mode is Mode.WHOLE
    assert source.traffic().requests == 1
