from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from iiifserver.iiif.errors import ImageTooLarge, SourceUnavailable
from iiifserver.iiif.pouring import PIECE_BYTES, length_of, pour, write_all

CONTENT = bytes(range(250)) * 100


def poured(handle: io.BytesIO, most_bytes: int = 10**9) -> bytes:
    pieces: list[bytes] = []
    pour(handle, pieces.append, most_bytes)
    return b"".join(pieces)


class Endless(io.BytesIO):
    """A file whose end only reading finds."""

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("can't do nonzero end-relative seeks")
        return super().seek(offset, whence)


class Far(io.BytesIO):
    """A file that would rather be asked for pieces."""

    def in_pieces(self, most_bytes: int) -> Iterator[bytes]:
        self.most_bytes = most_bytes
        yield from (CONTENT[:10], CONTENT[10:])

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("It was read.")


@pytest.mark.parametrize("position", [0, 100])
def test_every_byte_is_poured_wherever_the_handle_stands(position):
    handle = io.BytesIO(CONTENT)
    handle.seek(position)
    assert poured(handle) == CONTENT


def test_a_file_far_away_is_asked_for_large_pieces():
    handle = Far(CONTENT)
    assert poured(handle) == CONTENT
    assert handle.most_bytes == PIECE_BYTES


def test_a_file_of_unknown_length_is_poured_to_its_end():
    assert length_of(Endless(CONTENT)) is None
    assert poured(Endless(CONTENT)) == CONTENT


def test_of_a_file_that_is_known_to_be_too_large_nothing_is_poured():
    pieces: list[bytes] = []
    with pytest.raises(ImageTooLarge):
        pour(io.BytesIO(CONTENT), pieces.append, len(CONTENT) - 1)
    assert pieces == []


def test_a_file_that_turns_out_too_large_is_given_up():
    with pytest.raises(ImageTooLarge):
        poured(Endless(CONTENT), len(CONTENT) - 1)


def test_a_file_that_ends_before_its_end_is_an_error():
    class Short(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b""

    with pytest.raises(SourceUnavailable, match="stopped in the middle"):
        poured(Short(CONTENT))


def test_a_file_without_a_buffer_takes_every_byte_in_the_end():
    taken: list[bytes] = []

    class Slow:
        def write(self, content: bytes) -> int:
            taken.append(content[:7])
            return len(content[:7])

    write_all(Slow(), CONTENT[:100])
    assert b"".join(taken) == CONTENT[:100]
