"""The rows that a new installation starts with."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from iiifserver.iiif.source_formats import FORMAT_NAMES, PICTURES
from iiifserver.shelf import build
from images import first_rows, runtime
from images.models import EndpointSettings, Revision
from processors import capabilities
from processors.models import Processor
from processors.registry import processors
from sources.models import Source
from sources.registry import sources


def test_images_are_looked_for_in_the_home_and_then_among_the_samples(service):
    folders = [(row.name, build(sources, row).folder) for row in Source.objects.all()]
    home = service.folder.parent
    assert folders == [("FilesystemSource", home / "images"), ("Samples", home / "samples")]


def test_folders_of_the_home_are_kept_without_the_home_so_that_it_can_be_moved(service):
    assert [row.options["path_prefix"] for row in Source.objects.all()] == ["images/", "samples/"]


def test_tiffs_go_to_the_quick_processor_first(service):
    kinds = [row.kind for row in Processor.objects.all()]
    assert kinds.index("tiles") < kinds.index("pillow")


def test_every_kind_whose_library_is_there_is_set_up(service):
    kinds = {row.kind for row in Processor.objects.all()}
    assert kinds >= {"tiles", "pillow", "jpegxl"}
    assert all(not list(build(processors, row).problems()) for row in Processor.objects.all())


def test_a_kind_whose_library_is_missing_is_not_set_up(service, monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pypdfium2")
    Processor.objects.all().delete()
    first_rows.create_processors()
    kinds = {row.kind for row in Processor.objects.all()}
    assert (kinds & {"pdf", "pillow"}) == {"pillow"}


def test_the_own_folder_gives_every_format_and_new_sources_give_pictures(service):
    own = Source.objects.get(name="FilesystemSource")
    assert set(own.formats) == set(FORMAT_NAMES)
    assert set(Source(name="new", kind="filesystem").formats) == PICTURES


@pytest.mark.parametrize("model", [Source, Processor])
def test_a_second_start_brings_nothing_back(service, model):
    model.objects.all().delete()
    first_rows.create()
    assert not model.objects.exists()


def test_a_second_start_changes_nothing(service):
    before = Revision.objects.count()
    first_rows.create()
    assert Revision.objects.count() == before


def test_the_process_that_makes_them_uses_them_at_once(db, fence):
    """As in the tests of a site that has the service built in."""
    assert not runtime.current_runtime().sources.active
    assert first_rows.begin()
    assert [source.name for source in runtime.current_runtime().sources.active] == ["FilesystemSource", "Samples"]
    runtime.keeper.forget()


def test_they_come_with_their_groups_or_not_at_all(db, fence, monkeypatch):
    monkeypatch.setattr(first_rows, "create_groups", Mock(side_effect=OSError("the disk is full")))
    with pytest.raises(OSError, match="full"):
        first_rows.begin()
    assert not EndpointSettings.objects.exists()


def test_both_versions_are_on(service):
    row = EndpointSettings.current()
    assert row.version_2_enabled
    assert row.version_3_enabled


@pytest.mark.parametrize(("model", "registry"), [(Source, sources), (Processor, processors)])
def test_every_first_row_works(service, model, registry):
    backends = [registry.get(row.kind).build(row.options) for row in model.objects.all()]
    assert backends
    assert not [problem for backend in backends for problem in backend.problems()]
