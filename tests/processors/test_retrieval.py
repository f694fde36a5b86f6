from __future__ import annotations

import gzip
import io
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import override_settings

from iiifserver.iiif.errors import ImageTooLarge, Overloaded, SourceUnavailable
from iiifserver.iiif.found import Found
from processors.downloads import downloads, path_of
from processors.retrieval import Refused, is_local, local_file, seekable
from processors.retrieval_options import FileRetrievalForm, Retrieval, RetrievalForm, RetrievalOptions, RetrievalRule

CONTENT = bytes(range(256)) * 20_000

STREAM = RetrievalRule(Retrieval.STREAM, 10_000_000)
DOWNLOAD = RetrievalRule(Retrieval.DOWNLOAD, 10_000_000)
REFUSE = RetrievalRule(Retrieval.REFUSE, 10_000_000)


@pytest.fixture(autouse=True)
def home(tmp_path):
    with override_settings(IIIFSERVER={"HOME": tmp_path}):
        yield tmp_path


class Distant(io.RawIOBase):
    """A seekable handle without a descriptor that counts what is fetched, as a source behind a network gives."""

    def __init__(self, fetched: list[int], content: bytes = CONTENT) -> None:
        self._content = io.BytesIO(content)
        self._fetched = fetched

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def readinto(self, buffer) -> int:
        count = self._content.readinto(buffer)
        self._fetched.append(count)
        return count


def distant(fetched: list[int], content: bytes = CONTENT) -> Found:
    return Found(open=lambda: io.BufferedReader(Distant(fetched, content)), version="distant")


def file_of(path: Path) -> Found:
    path.write_bytes(CONTENT)
    return Found(open=lambda: path.open("rb"), version="file")


# --- What is local -----------------------------------------------------------------------------------------------


def test_a_file_is_local(tmp_path):
    with file_of(tmp_path / "a").open() as handle:
        assert is_local(handle)


def test_a_handle_without_a_descriptor_is_not_local():
    with distant([]).open() as handle:
        assert not is_local(handle)


def test_a_file_that_is_unpacked_while_it_is_read_is_not_local(tmp_path):
    """It has a descriptor, of bytes that are not the image's."""
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(CONTENT))
    with gzip.open(path) as handle:
        assert not is_local(handle)
    with local_file(Found(open=lambda: gzip.open(path), version="gz"), DOWNLOAD) as handle:
        assert handle.read() == CONTENT


def test_a_pipe_is_not_local():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as handle, os.fdopen(writing, "wb"):
        assert not is_local(handle)


def test_the_path_leads_to_the_opened_file_even_when_its_name_leads_elsewhere(tmp_path):
    path = tmp_path / "a"
    with local_file(file_of(path), REFUSE) as handle:
        path.unlink()
        path.write_bytes(b"another")
        with open(path_of(handle), "rb") as again:
            assert again.read() == CONTENT


# --- Streams and copies ------------------------------------------------------------------------------------------


def test_a_stream_fetches_only_what_is_read():
    fetched: list[int] = []
    with seekable(distant(fetched), STREAM) as handle:
        handle.seek(1_000_000)
        assert handle.read(1000) == CONTENT[1_000_000:1_001_000]
    assert sum(fetched) < 200_000


@pytest.mark.parametrize("way", [seekable, local_file])
def test_a_copy_has_all_bytes_and_a_descriptor(way):
    with way(distant([]), DOWNLOAD) as handle:
        assert handle.read() == CONTENT
        assert os.fstat(handle.fileno()).st_size == len(CONTENT)


def test_for_a_library_that_reads_files_a_stream_becomes_a_copy():
    with local_file(distant([]), STREAM) as handle:
        assert is_local(handle)


@pytest.mark.parametrize("way", [seekable, local_file])
def test_what_is_not_here_can_be_refused(way):
    with pytest.raises(Refused), way(distant([]), REFUSE):
        pass


def test_a_copy_that_grows_too_large_is_given_up(home):
    fetched: list[int] = []
    with pytest.raises(ImageTooLarge), local_file(distant(fetched), RetrievalRule(Retrieval.DOWNLOAD, 2_000_000)):
        pass
    assert sum(fetched) < 4_000_000


def test_nothing_is_left_behind(home):
    with local_file(distant([]), DOWNLOAD):
        assert list((home / "downloads").iterdir()) == []
    assert downloads._copies == {}


def test_nothing_is_left_behind_when_the_source_stops(home):
    class Stopping(Distant):
        def readinto(self, buffer) -> int:
            if self._content.tell() > 1_000_000:
                raise SourceUnavailable("The source is silent.")
            return super().readinto(buffer)

    with (
        pytest.raises(SourceUnavailable),
        local_file(Found(open=lambda: io.BufferedReader(Stopping([])), version="x"), DOWNLOAD),
    ):
        pass
    assert (downloads._copies, list((home / "downloads").iterdir())) == ({}, [])


def test_a_full_disk_is_said_so(monkeypatch):
    def no_room(**options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", no_room)
    with pytest.raises(Overloaded), local_file(distant([]), DOWNLOAD):
        pass


def test_many_who_want_the_same_image_share_one_copy():
    fetched: list[int] = []
    everybody_reads = threading.Barrier(8)

    def read(_) -> bytes:
        with local_file(distant(fetched), DOWNLOAD) as handle:
            everybody_reads.wait(20)
            return handle.read()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(8))) == {CONTENT}
    assert sum(fetched) == len(CONTENT)


def test_a_copy_that_failed_is_fetched_again():
    contents = iter([CONTENT[:100], CONTENT])

    class Flaky(Distant):
        def readinto(self, buffer) -> int:
            if len(self._content.getvalue()) < len(CONTENT):
                raise SourceUnavailable("The source is silent.")
            return super().readinto(buffer)

    found = Found(open=lambda: io.BufferedReader(Flaky([], next(contents))), version="flaky")
    with pytest.raises(SourceUnavailable), local_file(found, DOWNLOAD):
        pass
    with local_file(found, DOWNLOAD) as handle:
        assert handle.read() == CONTENT


# --- Settings ----------------------------------------------------------------------------------------------------


def offered(form: RetrievalForm, name: str) -> list[str]:
    return [value for value, _ in form.fields[name].choices]


def test_a_library_that_reads_streams_is_offered_all_ways():
    assert offered(RetrievalForm(), "retrieval") == ["stream", "cache", "download", "refuse"]
    assert offered(RetrievalForm(), "fallback") == ["stream", "download", "refuse"]


def test_a_library_that_reads_files_is_not_offered_streams():
    assert offered(FileRetrievalForm(), "retrieval") == ["cache", "download", "refuse"]
    assert offered(FileRetrievalForm(), "fallback") == ["download", "refuse"]


@pytest.mark.parametrize("options", [{"retrieval": "fax"}, {"fallback": "fax"}, {"fallback": "cache"}])
def test_a_word_that_is_no_way_makes_no_processor(options):
    with pytest.raises(ValueError, match=r"fax|second choice"):
        RetrievalOptions(**options)


# --- The source cache --------------------------------------------------------------------------------------------

CACHE = RetrievalRule(Retrieval.CACHE, 10_000_000, Retrieval.STREAM)


def kept_as(found: Found, kept: bytes | None, asked: list[int] | None = None) -> Found:
    """The image with a source cache that has these bytes of it, or takes none."""

    def keep(handle, most_bytes: int):
        (asked if asked is not None else []).append(most_bytes)
        return None if kept is None else io.BytesIO(kept)

    return replace(found, keep=keep)


@pytest.mark.parametrize("way", [seekable, local_file])
def test_what_is_kept_is_read_instead(way):
    fetched: list[int] = []
    with way(kept_as(distant(fetched), b"kept"), CACHE) as handle:
        assert handle.read() == b"kept"
    assert fetched == []


def test_the_kept_file_is_closed_at_the_end():
    with seekable(kept_as(distant([]), b"kept"), CACHE) as handle:
        pass
    assert handle.closed


@pytest.mark.parametrize("rule", [STREAM, DOWNLOAD])
def test_nothing_is_kept_where_nobody_asked_for_that(rule):
    asked: list[int] = []
    with seekable(kept_as(distant([]), b"kept", asked), rule) as handle:
        assert handle.read() == CONTENT
    assert asked == []


def test_a_file_of_this_machine_is_never_kept(tmp_path):
    asked: list[int] = []
    with seekable(kept_as(file_of(tmp_path / "a"), b"kept", asked), CACHE) as handle:
        assert handle.read() == CONTENT
    assert asked == []


@pytest.mark.parametrize("found", [distant([]), kept_as(distant([]), None)], ids=["without a cache", "not taken"])
@pytest.mark.parametrize("way", [seekable, local_file])
def test_what_cannot_be_kept_is_read_by_the_second_choice(found, way):
    with way(found, CACHE) as handle:
        assert is_local(handle) is (way is local_file)
        assert handle.read() == CONTENT
    with way(found, replace(CACHE, fallback=Retrieval.DOWNLOAD)) as handle:
        assert is_local(handle)
        assert handle.read() == CONTENT
    with pytest.raises(Refused), way(found, replace(CACHE, fallback=Retrieval.REFUSE)):
        pass


def test_the_cache_is_told_how_much_may_be_fetched():
    asked: list[int] = []
    with seekable(kept_as(distant([]), b"kept", asked), CACHE):
        pass
    assert asked == [10_000_000]


def test_a_header_has_nothing_fetched():
    asked: list[int] = []
    with seekable(kept_as(distant([]), b"kept", asked), CACHE.for_headers) as handle:
        assert handle.read(10) == CONTENT[:10]
    assert asked == []


def test_a_file_that_may_not_be_read_otherwise_is_kept_for_its_header_too():
    with seekable(kept_as(distant([]), b"kept"), replace(CACHE, fallback=Retrieval.REFUSE).for_headers) as handle:
        assert handle.read() == b"kept"
