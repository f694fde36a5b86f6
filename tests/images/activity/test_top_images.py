from __future__ import annotations

import os
from collections import Counter

import pytest

from images.activity import top_images
from images.activity.top_images import FILE_BYTES, LONGEST_IDENTIFIER, PLACES, TopImages, counted_in, remove_left_behind

MINUTE = 29_000_000


@pytest.fixture
def at(monkeypatch):
    """Sets the clock to a minute."""

    def set_clock(minute: int) -> None:
        monkeypatch.setattr(top_images.time, "time", lambda: minute * 60 + 30.0)

    set_clock(MINUTE)
    return set_clock


def read(folder, minute: int = MINUTE) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for identifier, times in counted_in(folder, minute):
        sums[identifier] += times
    return dict(sums)


def test_others_read_how_often_an_image_was_given_out(tmp_path, at):
    images = TopImages(tmp_path)
    for identifier in ("a.tif", "b.tif", "a.tif"):
        images.count(identifier)
    assert read(tmp_path) == {"a.tif": 2, "b.tif": 1}


def test_each_minute_is_counted_anew_and_the_last_one_stays_to_be_read(tmp_path, at):
    images = TopImages(tmp_path)
    images.count("a.tif")
    at(MINUTE + 1)
    images.count("b.tif")
    assert (read(tmp_path), read(tmp_path, MINUTE + 1)) == ({"a.tif": 1}, {"b.tif": 1})
    at(MINUTE + 2)
    images.count("c.tif")
    assert (read(tmp_path), read(tmp_path, MINUTE + 2)) == ({}, {"c.tif": 1})


def test_a_flood_of_identifiers_takes_no_more_room(tmp_path, at):
    images = TopImages(tmp_path)
    for number in range(10 * PLACES):
        images.count(f"{number}/" + "x" * 5000)
        images.count("wanted.tif")
    [file] = tmp_path.iterdir()
    assert file.stat().st_size == FILE_BYTES
    counted = read(tmp_path)
    assert len(counted) <= PLACES
    assert counted["wanted.tif"] == 10 * PLACES
    assert max(len(identifier.encode()) for identifier in counted) == LONGEST_IDENTIFIER


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [("<b>\"'&.tif", "<b>\"'&.tif"), ("a\0b", "a\N{REPLACEMENT CHARACTER}b"), ("\ud800", "?"), ("é" * 300, "é" * 247)],
)
def test_any_identifier_comes_back_as_text_that_databases_keep(tmp_path, at, identifier, shown):
    TopImages(tmp_path).count(identifier)
    assert read(tmp_path) == {shown: 1}


def test_a_torn_file_and_one_of_another_kind_are_passed_over(tmp_path, at):
    (tmp_path / "images_1.top").write_bytes(b"\xff" * 100)
    (tmp_path / "counter_1.db").write_bytes(b"\xff" * FILE_BYTES)
    assert read(tmp_path) == {}


def test_nothing_is_counted_where_nobody_looks_or_the_disk_refuses(tmp_path, at, caplog):
    TopImages(None).count("a.tif")
    images = TopImages(tmp_path / "missing")
    images.count("a.tif")
    images.count("a.tif")
    assert caplog.text.count("are not counted") == 1


def test_a_forked_process_counts_in_a_file_of_its_own(tmp_path, at, monkeypatch):
    images = TopImages(tmp_path)
    images.count("a.tif")
    monkeypatch.setattr(top_images.os, "getpid", lambda: 4_000_000)
    images.begin_anew()
    images.count("a.tif")
    assert len(list(tmp_path.iterdir())) == 2
    assert read(tmp_path) == {"a.tif": 2}


def test_files_of_processes_that_have_ended_go(tmp_path, at):
    TopImages(tmp_path).count("a.tif")
    (tmp_path / "images_99999999.top").touch()
    (tmp_path / "counter_99999999.db").touch()
    remove_left_behind(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {f"images_{os.getpid()}.top", "counter_99999999.db"}
