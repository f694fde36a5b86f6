"""What is known of images survives being written and read, and bytes that are something else are nothing."""

from __future__ import annotations

import json
import random

import pytest

from iiifserver.iiif.found import Found
from iiifserver.iiif.metadata import Text
from iiifserver.iiif.values import Extent, Level, SourceFacts
from processors.backends.pillow import PillowProcessor
from processors.inspected_form import HEAD, MARK
from processors.runtime import Inspected, Processors

LEVELS = (Level(Extent(300, 200), Extent(64, 64)), Level(Extent(150, 100), None))
FACTS = SourceFacts(extent=Extent(300, 200), format_name="tiff", has_color=True, has_alpha=False, orientation=6)
RICH = SourceFacts(
    extent=Extent(300, 200), format_name="png", has_color=False, has_alpha=True, levels=LEVELS, page_count=7
)


class Memoir(PillowProcessor):
    """Has something to write down."""

    taken: bytes | None = None

    def memo_of(self, found, page):
        return b"memo"

    def take_up(self, found, page, memo):
        self.taken = memo


@pytest.fixture
def processor():
    return Memoir.build({})


def form(processor, formats=None):
    found = Found(open=lambda: None, version="1", formats=formats)
    return Processors((processor,)).form_of(found, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"facts": FACTS},
        {"facts": RICH, "fields": {"xmp:dc:rights": (Text("©", "de"), Text("none"))}, "pages": (FACTS, None)},
        {"facts": RICH, "fields": {}, "pages": ()},
    ],
)
def test_it_comes_back_as_it_was(processor, values):
    value = Inspected(processor=processor, **values)
    assert form(processor).read(form(processor).written(value)) == value
    assert processor.taken == b"memo"


def test_who_else_may_read_it_is_known_again(processor):
    another = Memoir.build({})
    both = Processors((processor, another)).form_of(Found(open=lambda: None, version="1"), 1)
    assert both.read(both.written(Inspected(FACTS, processor))).others == (another,)


def test_a_processor_of_other_options_does_not_take_it(processor):
    raw = form(processor).written(Inspected(FACTS, processor))
    processor.options = "others"
    assert form(processor).read(form(processor).written(Inspected(FACTS, processor)))
    assert form(processor).read(raw) is None


def test_a_format_that_is_no_longer_read_from_the_source_is_not_believed(processor):
    raw = form(processor).written(Inspected(FACTS, processor))
    assert form(processor, frozenset({"tiff"})).read(raw)
    assert form(processor, frozenset({"jpeg"})).read(raw) is None


@pytest.mark.parametrize(
    "change",
    [
        {"facts": None},
        {"facts": []},
        {"by": None},
        {"fields": [1]},
        {"fields": {"a": [["b"]]}},
        {"fields": {"a": [[1, 2]]}},
        {"pages": [1]},
        *({"facts": {**{"format": "tiff"}, name: value}} for name, value in [("extent", [0, 1]), ("extent", ["1", 2])]),
    ],
)
def test_a_document_of_another_kind_is_nothing(processor, change):
    raw = form(processor).written(Inspected(FACTS, processor))
    _, length = HEAD.unpack_from(raw)
    document = {**json.loads(raw[HEAD.size : HEAD.size + length]), **change}
    text = json.dumps(document).encode()
    assert form(processor).read(HEAD.pack(MARK, len(text)) + text) is None


def test_noise_is_nothing_and_does_no_harm(processor):
    rng = random.Random(1)
    raw = form(processor).written(Inspected(RICH, processor))
    assert form(processor).read(b"") is form(processor).read(MARK) is None
    for _ in range(500):
        torn = bytearray(raw)
        torn[rng.randrange(len(torn))] ^= 1 << rng.randrange(8)
        read = form(processor).read(bytes(torn))
        assert read is None or isinstance(read, Inspected)
