"""The index of a TIFF written down and taken up again gives what the file gives, without the file."""

from __future__ import annotations

import io
import random

import pytest

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.found import Found
from processors import noted_files, tiff_places
from processors.backends.tiles import TilesProcessor
from processors.base import damage_is_unreadable
from processors.noted_files import Forgotten, NotedFile, Pieces
from processors.tiff_memo import noted_index, recalled_index
from tests.processors.test_tiff_places import Far, many_tiles


def places_of(index, file):
    return [[level.places.at(file, number) for number in range(len(level.places))] for level in index.levels]


@pytest.mark.parametrize("opened", [io.BytesIO, Far])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_a_recalled_index_is_the_one_that_was_read(opened, bigtiff):
    file = opened(many_tiles(bigtiff=bigtiff))
    known = noted_index(file, 1)
    recalled = recalled_index(known.memo(), 1)
    assert [level.extent for level in recalled.index.levels] == [level.extent for level in known.index.levels]
    assert places_of(recalled.index, file) == places_of(known.index, file)


def test_a_near_file_is_not_needed_any_more():
    known = noted_index(io.BytesIO(many_tiles()), 1)
    assert places_of(recalled_index(known.memo(), 1).index, None) == places_of(known.index, None)


def test_of_a_far_file_the_memo_has_what_was_touched_and_no_more(monkeypatch):
    monkeypatch.setattr(tiff_places, "PART_LENGTH", 1000)
    file = Far(many_tiles(bigtiff=True))
    known = noted_index(file, 1)
    assert not known.has_learned
    known.index.levels[0].places.at(file, 2500)
    assert known.has_learned
    recalled = recalled_index(known.memo(), 1)
    assert not known.has_learned
    assert not recalled.has_learned
    file.seen = 0
    assert recalled.index.levels[0].places.at(file, 2600) == known.index.levels[0].places.at(file, 2600)
    assert file.seen == 0
    recalled.index.levels[0].places.at(file, 100)
    assert file.seen > 0
    assert recalled.has_learned


def test_a_memo_is_much_smaller_than_the_lists():
    assert len(noted_index(Far(many_tiles()), 1).memo()) < 2000


def test_a_memo_that_is_too_long_is_not_kept(monkeypatch):
    monkeypatch.setattr("processors.tiff_memo.MOST_MEMO_BYTES", 100)
    known = noted_index(io.BytesIO(many_tiles()), 1)
    assert known.memo() is None
    assert not known.has_learned


def test_a_memo_that_unpacks_to_too_much_is_not_sound(monkeypatch):
    memo = noted_index(io.BytesIO(many_tiles()), 1).memo()
    monkeypatch.setattr(noted_files, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="missing"):
        Pieces.unpacked(memo)


def test_pieces_that_touch_become_one():
    pieces = Pieces.of(100, False, [(10, b"cd"), (8, b"ab"), (9, b"bcde"), (20, b""), (30, b"z"), (8, b"a")])
    assert pieces.pieces == ((8, b"abcde"), (30, b"z"))
    assert Pieces.unpacked(pieces.packed()) == pieces


def test_what_was_not_noted_is_not_made_up():
    file = NotedFile(Pieces(100, False, ((10, b"abc"),)))
    file.seek(11)
    assert file.read(2) == b"bc"
    with pytest.raises(Forgotten):
        file.read(1)
    assert (file.seek(0, io.SEEK_END), file.read(5), file.read()) == (100, b"", b"")


@pytest.mark.parametrize("opened", [io.BytesIO, Far])
def test_torn_memos_do_no_harm(opened):
    memo = noted_index(opened(many_tiles()), 1).memo()
    rng = random.Random(2)
    for _ in range(200):
        torn = bytearray(memo)
        torn[rng.randrange(len(torn))] ^= 1 << rng.randrange(8)
        try:
            with damage_is_unreadable():
                recalled_index(bytes(torn[: rng.randrange(len(torn))]), 1)
        except IIIFError:
            continue


def test_a_processor_that_cannot_use_a_memo_reads_the_file():
    tiles = TilesProcessor.build({})
    found = Found(open=lambda: io.BytesIO(many_tiles()), version="1")
    tiles.take_up(found, 1, b"damage")
    assert not tiles.is_at_hand(found, 1)
    assert tiles.facts(found) is not None
    assert tiles.is_at_hand(found, 1)
