from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from iiifserver.iiif.errors import ImageTooLarge, Overloaded, Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts
from iiifserver.testing import drawn, encoded, in_memory, plan_for
from processors.base import Processor, Raster
from processors.capabilities import Feature, Library
from processors.metadata import Keep, MetadataSettings
from processors.models import Processor as ProcessorRow
from processors.output import Output
from processors.retrieval import Refused
from processors.runtime import Processors, active_processors

PNG = in_memory(encoded(drawn(30, 20)))
FACTS = SourceFacts(extent=Extent(30, 20), format_name="png", has_color=True, has_alpha=False)


class Reader(Processor):
    """Says of every file the same, or raises an error."""

    label = "Reader"
    formats = frozenset({"png"})

    def __init__(self, outcome: SourceFacts | Exception | None = FACTS) -> None:
        super().__init__(None)
        self.outcome = outcome
        self.asked: tuple[Any, ...] | None = None

    def facts(self, found: Any, page: int = 1) -> SourceFacts | None:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def read(self, found: Any, facts: Any, plan: Any) -> Any:
        self.asked = (found, facts, plan)
        return Raster(Image.new("L", (1, 1)), (0, 0, 1, 1))


class TiffReader(Reader):
    formats = frozenset({"tiff"})


def inspected(*active: Processor) -> Processor:
    return Processors(active).inspect(PNG).processor


def test_the_first_that_reads_the_kind_does():
    first, second = Reader(), Reader()
    assert inspected(TiffReader(), first, second) is first


def test_one_that_leaves_the_file_to_others_is_passed_over():
    second = Reader()
    assert inspected(Reader(None), second) is second


def test_one_that_fails_as_nobody_foresaw_keeps_no_other_from_reading(caplog):
    second = Reader()
    assert inspected(Reader(NotImplementedError("pages")), second) is second
    assert "The processor “Reader” failed." in caplog.text
    assert "NotImplementedError: pages" in caplog.text


@pytest.mark.parametrize(
    ("error", "answer"), [(ZeroDivisionError(), Unreadable), (StopIteration(), Unreadable), (MemoryError(), Overloaded)]
)
def test_where_nobody_else_reads_the_file_it_is_unreadable(error: Exception, answer: type[Exception]):
    with pytest.raises(answer):
        inspected(Reader(error))


@pytest.mark.parametrize("work", ["read", "stored"])
def test_one_that_fails_when_it_reads_leaves_its_traces_in_the_log(work: str, caplog, monkeypatch):
    def failing(self: Any, *arguments: Any, **more: Any) -> Any:
        raise LookupError("no table")

    monkeypatch.setattr(Reader, work, failing)
    image = Processors((Reader(),)).inspect(PNG).of(PNG)
    with pytest.raises(Unreadable):
        getattr(image, work)(plan_for(FACTS, format=Format.JPG), Output(metadata=MetadataSettings(keep=Keep.NOTHING)))
    assert "LookupError: no table" in caplog.text


def test_one_that_fails_when_it_warms_up_keeps_no_other_from_it(caplog):
    warmed = []

    class Cold(Reader):
        def warm_up(self) -> None:
            raise OSError("no fire")

    class Warm(Reader):
        def warm_up(self) -> None:
            warmed.append(self)

    Processors((Cold(), warm := Warm())).warm_up()
    assert warmed == [warm]
    assert "OSError: no fire" in caplog.text


def test_a_library_in_a_package_that_is_missing_is_missing():
    assert not Library("no_such_package.part", "pip install it").is_there


def test_one_that_may_not_fetch_the_file_is_passed_over():
    second = Reader()
    assert inspected(Reader(Refused("Not from elsewhere.")), second) is second


@pytest.mark.parametrize("active", [(), (TiffReader(),), (Reader(None),)])
def test_a_kind_that_none_reads_is_unreadable_and_named(active: tuple[Processor, ...]):
    with pytest.raises(Unreadable, match="PNG"):
        inspected(*active)


@pytest.mark.parametrize("error", [Unreadable("damaged"), ImageTooLarge("large")])
def test_a_refusal_decides(error: Exception):
    with pytest.raises(type(error)):
        inspected(Reader(error), Reader())


def test_what_was_inspected_is_read_by_the_same_processor():
    plan = plan_for(FACTS)
    reader = Reader()
    Processors((reader,)).inspect(PNG).of(PNG).read(plan, Output())
    assert reader.asked == (PNG, FACTS, plan)


class PageReader(Reader):
    features = frozenset({Feature.PAGES})


def test_for_a_later_page_those_that_know_pages_are_asked_first():
    whole, paged = Reader(), PageReader()
    both = Processors((whole, paged))
    assert (both.inspect(PNG, 1).processor, both.inspect(PNG, 2).processor) == (whole, paged)


class LibraryReader(Reader):
    libraries = (Library("no_such_library_anywhere", "pip install it", frozenset({"png"})),)


def test_one_whose_library_is_missing_is_passed_over():
    second = Reader()
    assert inspected(LibraryReader(), second) is second


@pytest.mark.parametrize(
    ("formats", "is_read"), [(None, True), (frozenset({"png"}), True), (frozenset({"tiff"}), False)]
)
def test_only_what_may_be_read_from_its_source_is_read(formats: frozenset[str] | None, is_read: bool):
    found = replace(PNG, formats=formats)
    if is_read:
        assert Processors((Reader(),)).inspect(found).facts == FACTS
    else:
        with pytest.raises(Unreadable, match="PNG are not read from this source"):
            Processors((Reader(),)).inspect(found)


@pytest.mark.django_db
def test_of_two_with_the_same_number_the_more_capable_comes_first():
    ProcessorRow.objects.all()._raw_delete("default")
    ProcessorRow.objects.create(name="a", kind="pillow", position=1)
    ProcessorRow.objects.create(name="b", kind="tiles", position=1)
    active = active_processors(ProcessorRow.objects.all(), []).active
    assert [processor.label for processor in active] == ["Tiled TIFF", "Pillow"]


@pytest.mark.django_db
def test_enabled_rows_are_asked_in_their_order():
    ProcessorRow.objects.all()._raw_delete("default")
    ProcessorRow.objects.create(name="everything", kind="pillow", position=2)
    ProcessorRow.objects.create(name="quick", kind="tiles", position=1)
    ProcessorRow.objects.create(name="off", kind="pillow", position=3, enabled=False)
    ProcessorRow.objects.create(name="broken", kind="tiles", position=1, options={"colour": "red"})
    active = active_processors(ProcessorRow.objects.all(), []).active
    assert [processor.label for processor in active] == ["Tiled TIFF", "Pillow"]


# --- Who is asked for which request -------------------------------------------------------------------------------


class Choosy(Reader):
    """Suits what is smaller than the whole."""

    def suits(self, facts: SourceFacts, plan: RenderPlan) -> bool:
        return plan.box.extent != facts.extent


PART = plan_for(FACTS, Box(0, 0, 1, 1))
WHOLE = plan_for(FACTS)


@pytest.mark.parametrize(("plan", "is_first"), [(PART, True), (WHOLE, False)])
def test_a_request_goes_to_the_first_that_it_suits(plan: RenderPlan, is_first: bool):
    first, second = Choosy(), Reader()
    Processors((first, second)).inspect(PNG).of(PNG).read(plan, Output())
    assert (first.asked is not None, second.asked is not None) == (is_first, not is_first)


@pytest.mark.parametrize(
    "others",
    [(), (Choosy(),), (Reader(None),), (Reader(Unreadable("damaged")),), (Reader(replace(FACTS, orientation=3)),)],
    ids=["nobody", "suits-neither", "reads-it-not", "finds-damage", "finds-another-orientation"],
)
def test_where_no_other_finds_the_same_it_stays_with_the_first(others: tuple[Processor, ...]):
    first = Choosy()
    Processors((first, *others)).inspect(PNG).of(PNG).read(WHOLE, Output())
    assert first.asked is not None


def test_with_an_assignment_and_nothing_behind_it_there_is_nobody_else():
    first, second = Choosy(), Reader()
    Processors((second, first), {"png": (first,)}).inspect(PNG).of(PNG).read(WHOLE, Output())
    assert (first.asked is not None, second.asked) == (True, None)
