"""What a delegate learns of the words in a file."""

from __future__ import annotations

import pytest

from iiifserver.delegates import Metadata
from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.iiif.metadata import NOTHING, Embedded, Text

FIELDS = {
    "exif:Artist": (Text("A. Painter"),),
    "iptc:Keywords": (Text("sea"), Text("sky")),
    "xmp:dc:rights": (Text("Library", "x-default"), Text("Biblioteca", "it")),
}


@pytest.fixture
def reads():
    return []


@pytest.fixture
def metadata(reads):
    def read():
        reads.append("read")
        return Embedded(xmp="<x>é</x>".encode()), FIELDS

    return Metadata(read)


def test_nothing_is_read_before_somebody_looks(metadata, reads):
    assert (repr(metadata).startswith("<"), reads) == (True, [])


def test_it_is_read_once(metadata, reads):
    assert metadata.fields is FIELDS
    assert (metadata.exif, metadata.xmp_string, reads) == ({"Artist": "A. Painter"}, "<x>é</x>", ["read"])


def test_each_block_has_its_fields_under_their_own_names(metadata):
    assert metadata.iptc == {"Keywords": ["sea", "sky"]}
    assert metadata.xmp_elements == {"dc:rights": ["Library", "Biblioteca"]}


def test_a_file_without_words_has_none():
    silent = Metadata(lambda: (NOTHING, {}))
    assert (silent.exif, silent.iptc, silent.xmp_elements, silent.xmp_string) == ({}, {}, {}, None)


def test_a_source_that_fails_is_asked_again_by_the_next_look():
    answers = iter([SourceUnavailable("Not now."), (NOTHING, FIELDS)])

    def read():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    metadata = Metadata(read)
    with pytest.raises(SourceUnavailable):
        _ = metadata.fields
    assert metadata.fields == FIELDS
