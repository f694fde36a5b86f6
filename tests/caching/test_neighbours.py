"""Two caches never have the same folder: neither counts, clears nor cleans what the other keeps."""

from __future__ import annotations

import pytest
from django.urls import reverse

from caching.invalidations import shared_caches
from caching.models import Cache
from caching.neighbours import check_neighbours
from caching.runtime import active_caches
from iiifserver.backend import BackendError
from tests.caching.conftest import KINDS

pytestmark = pytest.mark.django_db

SIZES = {"limit_megabytes": "3", "limit_files": "10", "ttl_seconds": "0", "free_megabytes": "0"}


def row(name, kind="filesystem", folder="", **columns):
    return Cache.objects.create(name=name, kind=kind, options={"folder": folder}, **columns)


def used():
    return [link.name for link in active_caches(Cache.objects.all()).links]


def saved(client, one, folder):
    fields = {f"option_{name}": value for name, value in {**SIZES, "folder": folder}.items()}
    return client.post(
        reverse("admin:iiif_caching_cache_change", args=[one.pk]), {"name": one.name, "position": "1", **fields}
    )


@pytest.mark.parametrize("folder", ["working-copies", "sources", "infos", "working-copies/mine", "sources/."])
def test_the_folders_of_other_kinds_are_no_caches(folder):
    with pytest.raises(BackendError, match="holds files of another kind"):
        KINDS["filesystem"].build({"folder": folder})


@pytest.mark.parametrize("kind", ["filesystem", "info_filesystem", "source_filesystem"])
def test_a_kind_may_have_its_own_by_name(kind):
    assert KINDS[kind].build({"folder": KINDS[kind].usual_folder}).folder == KINDS[kind].build({}).folder


@pytest.mark.parametrize("folder", ["", "derivatives", "derivatives/second", "./derivatives"])
def test_the_folder_of_another_row_is_refused_in_the_form(admin_client, folder):
    row("First")
    second = Cache.objects.create(name="Second", kind="filesystem", enabled=False)
    page = saved(admin_client, second, folder)
    assert "The cache “First” keeps its files in this folder" in page.content.decode()
    assert saved(admin_client, second, "second").status_code == 302


def test_a_row_that_was_never_set_up_is_in_nobodys_way(admin_client):
    first = row("First")
    Cache.objects.create(name="Second", kind="filesystem", enabled=False)
    assert saved(admin_client, first, "").status_code == 302


@pytest.mark.parametrize(
    ("first", "second"), [("pictures", "pictures"), ("pictures", "pictures/large"), ("pictures/large", "pictures")]
)
def test_of_two_rows_with_one_folder_only_the_first_is_used(admin_client, first, second):
    row("First", folder=first, position=1)
    row("Second", folder=second, position=2)
    assert used() == ["First"]
    assert [message.id for message in check_neighbours(databases=["default"])] == ["iiif_caching.W002"]
    page = admin_client.get(reverse("admin:iiif_caching_cache_changelist")).content.decode()
    assert "The cache “First” keeps its files" in page


def test_rows_of_different_kinds_are_kept_apart_too():
    row("Pictures", folder="mine")
    row("Originals", "source_filesystem", folder="mine")
    assert used() == ["Pictures"]
    assert [name for name, _ in shared_caches(Cache.objects.all())] == ["Pictures", "Working copies"]


@pytest.mark.parametrize("options", [[1], {"folder": 7}, {"folder": "../.."}])
def test_a_row_that_names_no_folder_is_in_nobodys_way(options):
    Cache.objects.create(name="Odd", kind="filesystem", position=1, options=options)
    row("Good", position=2)
    assert used() == ["Good"]


def test_rows_with_folders_of_their_own_are_all_used():
    row("First", position=1)
    row("Second", folder="second", position=2)
    row("Alike", folder="second-too", position=3)
    assert used() == ["First", "Second", "Alike"]
    assert check_neighbours(databases=["default"]) == []


def test_a_row_that_is_switched_off_takes_no_folder_from_one_that_is_on():
    row("Off", position=1, enabled=False)
    row("On", position=2)
    assert used() == ["On"]
    assert [name for name, _ in shared_caches(Cache.objects.all())] == ["On", "Working copies"]
