"""A whole remote image, in pieces, for somebody who keeps it."""

from __future__ import annotations

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from sources.backends.http import HttpSource
from sources.base import Place
from sources.ranged.file import RangedFile
from sources.ranged.memory import Pieces
from sources.ranged.spans import Span

CONTENT = bytes(range(256)) * 400


class Far:
    """What is asked for of an image far away."""

    def __init__(self) -> None:
        self.kept: list[Span] = []
        self.passed: list[Span] = []

    def file(self) -> RangedFile:
        return RangedFile(len(CONTENT), self.fetch, Pieces(10**6), 1000, self.fetch_in_passing)

    def fetch(self, span: Span) -> bytes:
        self.kept.append(span)
        return CONTENT[span.start : span.stop]

    def fetch_in_passing(self, span: Span) -> bytes:
        self.passed.append(span)
        return CONTENT[span.start : span.stop]


def test_all_bytes_come_in_few_pieces_that_are_kept_nowhere_else():
    far = Far()
    with far.file() as file:
        assert b"".join(file.in_pieces(60_000)) == CONTENT
        assert file.tell() == 0
    assert far.kept == []
    assert far.passed == [Span(0, 60_000), Span(60_000, len(CONTENT))]


def test_what_was_read_already_is_not_fetched_again():
    far = Far()
    with far.file() as file:
        file.read(1000)
        assert b"".join(file.in_pieces(10**6)) == CONTENT
    assert far.passed == [Span(far.kept[0].stop, len(CONTENT))]


def test_a_source_that_gives_nothing_more_ends_it():
    file = RangedFile(10, lambda span: b"", Pieces(100), 10)
    assert list(file.in_pieces(100)) == []


def test_an_error_of_the_source_comes_through():
    def fail(span: Span) -> bytes:
        raise SourceUnavailable("The source is silent.")

    with pytest.raises(SourceUnavailable), RangedFile(10, fail, Pieces(100), 10) as file:
        list(file.in_pieces(100))


def test_a_whole_image_leaves_the_pieces_of_others_in_the_shared_cache(web):
    web.put("/a.jpg", CONTENT)
    source = HttpSource.build({"base_url": f"{web.address}/", "mode": "head"})
    found = source.find(Place(name="a.jpg"))
    with found.open() as file:
        assert b"".join(file.in_pieces(10**6)) == CONTENT
    assert source._shared.get(found.version, Span(0, 10)) is None
    assert web.sent == len(CONTENT)
