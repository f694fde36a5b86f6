"""A file put into a folder: the whole of it, or nothing."""

from __future__ import annotations

import errno
import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from iiifserver.iiif.errors import AlreadyThere, Forbidden, IIIFError, SourceUnavailable
from sources import putting
from sources.putting import is_fit_for_a_file, put_file


def put(folder, content=b"new", name="a.png", replaces=False):
    put_file(folder, name, io.BytesIO(content), replaces=replaces)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_bytes_are_there(tmp_path):
    put(tmp_path, b"0" * 3_000_000)
    assert contents(tmp_path) == {"a.png": b"0" * 3_000_000}


def test_it_begins_where_the_file_stands(tmp_path):
    content = io.BytesIO(b"header and bytes")
    content.seek(11)
    put_file(tmp_path, "a.png", content, replaces=False)
    assert contents(tmp_path) == {"a.png": b"bytes"}


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path):
    put(tmp_path, b"old")
    with pytest.raises(AlreadyThere):
        put(tmp_path, b"new")
    assert contents(tmp_path) == {"a.png": b"old"}
    put(tmp_path, b"new", replaces=True)
    assert contents(tmp_path) == {"a.png": b"new"}


def test_of_many_who_want_a_name_one_gets_it(tmp_path):
    def attempt(number):
        try:
            put(tmp_path, bytes([number]) * 100_000)
        except AlreadyThere:
            return 0
        return 1

    with ThreadPoolExecutor(16) as writers:
        assert sum(writers.map(attempt, range(16))) == 1
    [content] = contents(tmp_path).values()
    assert len(set(content)) == 1


class Breaking(io.BytesIO):
    """Ends in the middle with an error of the disk."""

    def __init__(self, number):
        super().__init__(b"0" * 5_000_000)
        self.number = number

    def read(self, *size):
        if self.tell() > 2_000_000:
            raise OSError(self.number, os.strerror(self.number))
        return super().read(*size)


@pytest.mark.parametrize(
    ("number", "meaning"), [(errno.ENOSPC, SourceUnavailable), (errno.EIO, SourceUnavailable), (errno.EROFS, Forbidden)]
)
def test_what_breaks_in_the_middle_leaves_what_was_there(tmp_path, number, meaning):
    put(tmp_path, b"old")
    with pytest.raises(meaning) as raised:
        put_file(tmp_path, "a.png", Breaking(number), replaces=True)
    assert contents(tmp_path) == {"a.png": b"old"}
    assert str(tmp_path) not in str(raised.value)


def test_a_file_system_without_second_names_replaces_nothing_either(tmp_path, monkeypatch):
    def no_links(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(putting.os, "link", no_links)
    put(tmp_path, b"one")
    with pytest.raises(AlreadyThere):
        put(tmp_path, b"two")
    assert contents(tmp_path) == {"a.png": b"one"}


def test_nothing_empty_stays_where_the_last_step_fails(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "no")

    monkeypatch.setattr(putting.os, "link", refuse)
    monkeypatch.setattr(putting.os, "replace", refuse)
    with pytest.raises(IIIFError):
        put(tmp_path)
    assert contents(tmp_path) == {}


def test_a_folder_that_became_a_link_is_not_written_to(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(IIIFError):
        put(tmp_path / "link")
    assert contents(tmp_path / "real") == {}


def test_the_rights_of_a_file_are_those_of_new_files(tmp_path):
    put(tmp_path)
    (tmp_path / "b.png").write_bytes(b"")
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "b.png").stat().st_mode


@pytest.mark.parametrize("name", ["a.png", "Käse & Brot.png", "100%.png", "図.png", "a;3.png"])
def test_names_that_may_be(name):
    assert is_fit_for_a_file(name)


@pytest.mark.parametrize("name", ["", ".", "..", ".a.png", "a/b.png", "a\0.png", "a\n.png", "\ud800.png", "ä" * 101])
def test_names_that_may_not_be(name):
    assert not is_fit_for_a_file(name)
