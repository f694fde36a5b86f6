from __future__ import annotations

import pytest

from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, encoded
from processors.coded_pieces import check_coded_piece, extent_of

JPEG = encoded(drawn(60, 40), "JPEG")
PROGRESSIVE = encoded(drawn(60, 40), "JPEG", progressive=True)
JPEG_2000 = encoded(drawn(60, 40), "JPEG2000", no_jp2=True)


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, JPEG_2000], ids=["jpeg", "progressive", "jpeg2000"])
def test_the_size_is_read(content: bytes):
    assert extent_of(content) == Extent(60, 40)


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, JPEG_2000], ids=["jpeg", "progressive", "jpeg2000"])
@pytest.mark.parametrize("piece", [Extent(60, 40), Extent(64, 64)])
def test_a_sound_piece_passes(content: bytes, piece: Extent):
    check_coded_piece(content, piece)


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, JPEG_2000], ids=["jpeg", "progressive", "jpeg2000"])
@pytest.mark.parametrize("piece", [Extent(59, 40), Extent(60, 39)])
def test_a_piece_larger_than_it_should_be_is_refused(content: bytes, piece: Extent):
    with pytest.raises(ValueError, match="larger"):
        check_coded_piece(content, piece)


@pytest.mark.parametrize("content", [JPEG, PROGRESSIVE, JPEG_2000], ids=["jpeg", "progressive", "jpeg2000"])
@pytest.mark.parametrize("length", [2, 5, 20, 200, -2])
def test_a_piece_that_was_cut_off_is_refused(content: bytes, length: int):
    with pytest.raises((ValueError, EOFError)):
        check_coded_piece(content[:length], Extent(64, 64))


def test_fill_bytes_between_markers_are_skipped():
    assert extent_of(JPEG[:2] + b"\xff\xff\xff" + JPEG[2:]) == Extent(60, 40)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"\xff\xd8" + b"\xff\xe0\0\x02" * 1000, b"\xff\xd8\0\0"])
def test_what_is_neither_is_refused(content: bytes):
    with pytest.raises((ValueError, EOFError)):
        extent_of(content)
