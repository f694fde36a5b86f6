from __future__ import annotations

import os
import signal
import threading

import pytest

from iiifserver.watching.slots import SLOTS_IN_BLOCK, Table
from iiifserver.watching.work import File, Kind

FILE = File("pages/0001.tif", "version 1")


@pytest.fixture
def table():
    return Table(3)


def test_what_is_noted_can_be_read(table):
    block = table.take()
    table.block(block).note(FILE, Kind.PIXELS, 123.5)
    (noted,) = table.at_work(block)
    assert (noted.identifier, noted.version, noted.digest) == ("pages/0001.tif", "version 1", FILE.digest)
    assert (noted.kind, noted.deadline) == (Kind.PIXELS, 123.5)
    assert (noted.process, noted.thread) == (os.getpid(), threading.get_native_id())


def test_what_is_cleared_is_gone(table):
    block = table.take()
    own = table.block(block)
    own.clear(own.note(FILE, Kind.PIXELS, 1))
    assert table.at_work(block) == []


def test_what_waits_is_not_at_work_until_it_goes_on(table):
    block = table.take()
    own = table.block(block)
    slot = own.note(FILE, Kind.PIXELS, 1)
    own.pause(slot)
    assert table.at_work(block) == []
    own.go_on(slot, 7)
    assert [noted.deadline for noted in table.at_work(block)] == [7]


def test_each_process_has_a_block_of_its_own(table):
    one, other = table.take(), table.take()
    table.block(one).note(FILE, Kind.PIXELS, 1)
    assert table.at_work(other) == []


def test_a_process_too_many_has_none(table):
    assert [table.take() for _ in range(4)] == [0, 1, 2, None]


def test_a_block_that_was_given_back_is_empty_and_taken_again(table):
    for _ in range(3):
        table.block(table.take()).note(FILE, Kind.PIXELS, 1)
    table.give_back(1)
    assert table.take() == 1
    assert table.at_work(1) == []


def test_more_work_than_slots_goes_on_without_a_note(table):
    own = table.block(table.take())
    slots = [own.note(FILE, Kind.PIXELS, 1) for _ in range(SLOTS_IN_BLOCK + 1)]
    assert slots[-1] is None
    assert len(set(slots)) == SLOTS_IN_BLOCK + 1


def test_pieces_of_work_are_told_apart(table):
    block = table.take()
    own = table.block(block)
    numbers = set()
    for _ in range(5):
        slot = own.note(FILE, Kind.PIXELS, 1)
        numbers.add(table.at_work(block)[0].number)
        own.clear(slot)
    assert len(numbers) == 5


def test_a_child_that_was_killed_leaves_its_note(table):
    block = table.take()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        table.block(block).note(FILE, Kind.HEADER, 1)
        os.write(writing, b"x")
        signal.pause()
    os.read(reading, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    assert [(noted.process, noted.kind) for noted in table.at_work(block)] == [(child, Kind.HEADER)]


@pytest.mark.parametrize("identifier", ["é" * 5000, "\ud800", "", "a\0b", "漢" * 281])
def test_any_identifier_can_be_noted(table, identifier):
    block = table.take()
    file = File(identifier, "v" * 5000)
    table.block(block).note(file, Kind.PIXELS, 1)
    (noted,) = table.at_work(block)
    assert noted.digest == file.digest
    shown = identifier.encode("utf-8", "replace").decode()
    assert shown.startswith(noted.identifier)
    assert noted.identifier or not identifier


def test_another_version_is_another_file():
    assert len({File(*names).digest for names in [("a", "b c"), ("a b", "c"), ("a", "b"), ("a", "")]}) == 4
