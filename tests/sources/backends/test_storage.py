from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.test import override_settings

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import AlreadyThere, Forbidden, NotFound, SourceMissing, SourceUnavailable
from iiifserver.testing import SourceUnderTest, WritingSourceContract, content_of
from sources.backends.storage import StorageForm, StorageSource
from sources.base import FolderEntry, Place
from sources.freshness import Freshness
from sources.stored.errors import meaning_of

STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


class SilentStorage(Storage):
    """Lies elsewhere and tells nobody what it has."""


class DistantStorage(Storage):
    """Lies elsewhere, and has an image of any name."""

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        return ContentFile(b"image", name)

    def get_modified_time(self, name: str) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


class CarefulStorage(Storage):
    """Lies elsewhere, has one file, and never replaces anything."""

    def exists(self, name: str) -> bool:
        return name == "there.png"

    def save(self, name: str, content: object, max_length: int | None = None) -> str:
        return self.get_available_name("there.png")

    def delete(self, name: str) -> None:
        self.deleted = name


def source(**options: str) -> StorageSource:
    return StorageSource.build({"alias": "pictures", **options})


def put(name: str, content: bytes) -> None:
    storages["pictures"].delete(name)
    storages["pictures"].save(name, ContentFile(content))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outside.png").write_bytes(b"outside")
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


@pytest.fixture
def local(tmp_path: Path, folder: Path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    with override_settings(
        IIIFSERVER={
            "HOME": tmp_path / "home",
            "STORAGE_ALIASES": [
                "pictures",
                "forgotten",
                "narrow:scans",
                "narrow:maps/old/",
                "silent",
                "careful",
                "elsewhere",
            ],
        },
        STORAGES={
            **dict.fromkeys(["default", "pictures", "private", "narrow"], storage),
            "silent": {"BACKEND": f"{__name__}.SilentStorage"},
            "careful": {"BACKEND": f"{__name__}.CarefulStorage"},
            "elsewhere": {"BACKEND": f"{__name__}.DistantStorage"},
            "staticfiles": STATIC,
        },
    ):
        yield


@pytest.mark.usefixtures("local")
class TestFolder(WritingSourceContract):
    @pytest.fixture
    def subject(self) -> SourceUnderTest:
        return SourceUnderTest(source(), put)


@pytest.mark.usefixtures("local")
class TestFolderWithPrefix(WritingSourceContract):
    @pytest.fixture
    def subject(self) -> SourceUnderTest:
        return SourceUnderTest(source(path_prefix="scans/"), lambda name, content: put(f"scans/{name}", content))


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("climb", ["..\\secret.png", "a\\..\\..\\secret.png", "\\secret.png", "../secret.png"])
def test_never_leaves_the_prefix_by_slash_or_backslash(climb: str):
    put("secret.png", b"secret")
    put("scans/a/b.png", b"b")
    assert source(path_prefix="scans/").find(Place(name=climb)) is None


@pytest.mark.usefixtures("local")
def test_a_prefix_may_end_in_the_middle_of_a_name():
    put("scan-1.png", b"one")
    assert content_of(source(path_prefix="scan-"), "1.png") == b"one"


@pytest.mark.usefixtures("local")
def test_a_prefix_in_the_middle_of_a_name_cannot_be_climbed():
    put("secret.png", b"secret")
    assert source(path_prefix=".").find(Place(name="./secret.png")) is None


@pytest.mark.usefixtures("local")
def test_a_link_out_of_the_storage_is_not_there(folder: Path):
    (folder / "link.png").symlink_to(folder.parent / "outside.png")
    assert source().find(Place(name="link.png")) is None


@pytest.mark.usefixtures("local")
def test_a_link_out_of_the_prefix_is_not_there(folder: Path):
    put("secret.png", b"secret")
    put("scans/a.png", b"a")
    (folder / "scans" / "link.png").symlink_to(folder / "secret.png")
    assert source(path_prefix="scans/").find(Place(name="link.png")) is None


@pytest.mark.usefixtures("local")
def test_a_pipe_is_no_image(folder: Path):
    os.mkfifo(folder / "pipe.png")
    assert source().find(Place(name="pipe.png")) is None


@pytest.mark.usefixtures("local")
def test_an_alias_outside_the_fence_is_unavailable():
    put("a.png", b"a")
    with pytest.raises(SourceUnavailable):
        StorageSource.build({"alias": "private"}).find(Place(name="a.png"))


@pytest.mark.usefixtures("local")
def test_an_alias_that_the_site_does_not_have_is_unavailable():
    with pytest.raises(SourceUnavailable):
        StorageSource.build({"alias": "forgotten"}).find(Place(name="a.png"))


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("alias", ["private", "forgotten"])
def test_an_alias_that_cannot_be_used_is_a_problem_that_names_it(alias: str):
    assert [alias in problem for problem in StorageSource.build({"alias": alias}).problems()] == [True]


class RemoteError(Exception):
    """As boto3, azure-core and google-api-core raise them."""

    def __init__(self, **signs: object) -> None:
        for name, value in signs.items():
            setattr(self, name, value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_forbidden(status: int):
    """Parity 11.56."""
    assert type(meaning_of(RemoteError(status_code=status))) is Forbidden


@pytest.mark.parametrize(
    "error",
    [
        RemoteError(response={"ResponseMetadata": {"HTTPStatusCode": 404}}),
        RemoteError(status_code=404),
        RemoteError(code=404),
    ],
    ids=["boto3", "azure", "google"],
)
def test_not_found_is_missing(error: Exception):
    assert type(meaning_of(error)) is SourceMissing


@pytest.mark.parametrize("error", [RemoteError(response=None), RemoteError(code="Throttled"), OSError(), ValueError()])
def test_anything_else_is_unavailable(error: Exception):
    assert type(meaning_of(error)) is SourceUnavailable


@pytest.mark.usefixtures("local")
def test_the_form_offers_what_the_fence_allows():
    offered = [value for value, _ in StorageForm().fields["alias"].choices]
    assert offered == ["pictures", "forgotten", "narrow", "silent", "careful", "elsewhere"]


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("prefix", ["", "scans/", "scans/2020/", "scan-"])
def test_the_form_takes_any_prefix_inside(prefix: str):
    assert StorageForm({"alias": "pictures", "path_prefix": prefix}).is_valid()


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("prefix", ["../", "/scans/", "a//b/", "a/../b/", "a\\..\\b/", "/"])
def test_the_form_refuses_a_prefix_that_climbs(prefix: str):
    assert "path_prefix" in StorageForm({"alias": "pictures", "path_prefix": prefix}).errors


@pytest.mark.parametrize("options", [{}, {"alias": None}, {"alias": "pictures", "path_prefix": 5}])
def test_options_that_make_no_sense_do_not_build(options: dict[str, object]):
    with pytest.raises(BackendError):
        StorageSource.build(options)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("prefix", ["", "maps/", "scans/", "scans/2024/", "sca", "maps/old/x-"])
def test_of_a_narrowed_storage_what_lies_in_the_open_folders_is_served(prefix: str):
    names = ("scans/a.png", "scans/2024/a.png", "maps/old/x-a.png", "maps/a.png", "scans-private/a.png", "a.png")
    for name in names:
        put(name, b"here")
    assert StorageForm({"alias": "narrow", "path_prefix": prefix}).is_valid()
    narrowed = StorageSource.build({"alias": "narrow", "path_prefix": prefix})
    below = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    served = [prefix + name for name in below if narrowed.find(Place(name=name)) is not None]
    assert served == [name for name in names[:3] if name.startswith(prefix)]


@pytest.mark.usefixtures("local")
def test_of_a_narrowed_storage_only_the_way_to_the_open_folders_is_listed():
    for name in ("scans/a.png", "maps/old/a.png", "maps/new/a.png", "maps/a.png", "scans-private/a.png", "a.png"):
        put(name, b"here")
    narrowed = StorageSource.build({"alias": "narrow"})
    assert names(narrowed.entries("", "", 10)) == ["maps/", "scans/"]
    assert names(narrowed.entries("maps", "", 10)) == ["old/"]
    assert names(narrowed.entries("maps/old", "", 10)) == ["a.png"]
    assert narrowed.entries("maps/new", "", 10) is narrowed.entries("scans-private", "", 10) is None


@pytest.mark.usefixtures("local")
def test_of_a_narrowed_storage_only_the_open_folders_are_written_to():
    for name in ("maps/old/a.png", "scans-private/a.png"):
        put(name, b"here")
    narrowed = StorageSource.build({"alias": "narrow"})
    narrowed.write(Place(name="maps/old/b.png"), io.BytesIO(b"new"))
    for closed in ("maps/b.png", "scans-private/b.png", "b.png"):
        with pytest.raises(Forbidden):
            narrowed.write(Place(name=closed), io.BytesIO(b"new"))


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("prefix", ["scans-private/", "maps/older/", "x"])
def test_a_prefix_behind_which_nothing_is_open_is_refused(prefix: str):
    put(f"{prefix}a.png", b"a")
    form = StorageForm({"alias": "narrow", "path_prefix": prefix})
    assert form.errors["path_prefix"] == ["Of this storage you may choose scans/ or maps/old/."]
    closed = StorageSource.build({"alias": "narrow", "path_prefix": prefix})
    assert list(closed.problems()) != []
    with pytest.raises(SourceUnavailable):
        closed.find(Place(name="a.png"))
    with pytest.raises(SourceUnavailable):
        closed.entries("", "", 10)


def names(entries: list[FolderEntry] | None) -> list[str]:
    assert entries is not None
    return [f"{entry.name}/" if entry.is_folder else entry.name for entry in entries]


@pytest.fixture
def filled(local, folder: Path) -> None:
    """Images and folders, and what is not to be listed."""
    for name in ("page10.png", "page2.png", "notes.txt", ".hidden.png", "maps/Old.png", "maps/new.png", ".trash/a.png"):
        put(name, b"here")
    (folder / "empty").mkdir()
    (folder / "link.png").symlink_to(folder.parent / "outside.png")
    (folder / "way out").symlink_to(folder.parent)
    (folder / "inside").symlink_to(folder / "maps")


@pytest.mark.usefixtures("filled")
def test_images_and_folders_are_listed_in_natural_order_and_nothing_else():
    assert names(source().entries("", "", 100)) == ["empty/", "inside/", "maps/", "page2.png", "page10.png"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_long_folder_is_listed_page_by_page(limit: int):
    listed, after = [], ""
    while page := source().entries("", after, limit):
        assert len(page) <= limit
        listed += names(page)
        after = page[-1].name
    assert listed == ["empty/", "inside/", "maps/", "page2.png", "page10.png"]


@pytest.mark.usefixtures("filled")
def test_a_folder_is_listed_without_its_own_name():
    assert names(source().entries("maps", "", 10)) == ["new.png", "Old.png"]
    assert source().entries("empty", "", 10) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("there", ["missing", "..", "maps/..", "way out", "/", "maps\\..", "page2.png", "a\0"])
def test_there_is_no_folder_where_a_name_leads_out_or_nowhere(there: str):
    assert source().entries(there, "", 10) is None


@pytest.mark.usefixtures("filled")
def test_below_a_prefix_only_what_begins_like_that_is_listed():
    assert names(source(path_prefix="maps/").entries("", "", 10)) == ["new.png", "Old.png"]
    assert names(source(path_prefix="page").entries("", "", 10)) == ["2.png", "10.png"]
    assert names(source(path_prefix="ma").entries("ps", "", 10)) == ["new.png", "Old.png"]


@pytest.mark.usefixtures("local")
def test_a_storage_without_any_file_yet_is_empty():
    assert source(path_prefix="scans/").entries("", "", 10) == []


@pytest.mark.usefixtures("filled")
def test_a_search_looks_at_names_alone_and_at_no_capitals():
    matches = source().search("maps", "OLD", "", 10, 60)
    assert (names(matches.entries), matches.is_complete) == (["Old.png"], True)
    assert names(source().search("", "page", "page2.png", 10, 60).entries) == ["page10.png"]


@pytest.mark.usefixtures("filled")
def test_a_search_without_time_can_go_on():
    matches = source().search("", "page", "", 1, -1)
    assert (names(matches.entries), matches.is_complete) == (["page2.png"], False)
    assert matches.goes_on_after == "page2.png"


@pytest.mark.usefixtures("local")
def test_a_storage_that_cannot_list_says_so():
    assert "cannot tell which images" in source(alias="silent").unlisted()
    assert source(alias="silent").entries("", "", 10) is None
    assert source().unlisted() == ""


def write(name: str, content: bytes, alias: str = "pictures", **how: bool) -> None:
    source(alias=alias).write(Place(name=name), io.BytesIO(content), **how)


@pytest.mark.usefixtures("filled")
def test_a_folder_is_not_made_for_an_upload():
    write("maps/a.png", b"here")
    assert content_of(source(), "maps/a.png") == b"here"
    for missing in ("missing/a.png", "way out/a.png"):
        with pytest.raises(NotFound):
            write(missing, b"here")


@pytest.mark.usefixtures("filled")
def test_a_folder_is_not_replaced():
    with pytest.raises(AlreadyThere):
        write("maps", b"here", replaces=True)


@pytest.mark.usefixtures("local")
def test_nothing_is_left_beside_what_was_put(folder: Path):
    write("a.png", b"one")
    with pytest.raises(AlreadyThere):
        write("a.png", b"two")
    assert [path.name for path in folder.iterdir()] == ["a.png"]


@pytest.mark.usefixtures("local")
def test_what_was_put_has_the_permissions_of_the_storage(folder: Path, monkeypatch):
    monkeypatch.setattr(storages["pictures"], "_file_permissions_mode", 0o640)
    storages["pictures"].__dict__.pop("file_permissions_mode", None)
    write("a.png", b"one")
    assert (folder / "a.png").stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("local")
def test_of_an_upload_the_bytes_from_where_the_file_stands_are_kept():
    content = io.BytesIO(b"beginning and rest")
    content.seek(10)
    source().write(Place(name="a.png"), content)
    assert content_of(source(), "a.png") == b"and rest"


@pytest.mark.usefixtures("local")
def test_a_storage_that_would_choose_another_name_keeps_nothing():
    with pytest.raises(AlreadyThere):
        write("there.png", b"new", "careful")
    with pytest.raises(Forbidden):
        write("there.png", b"new", "careful", replaces=True)
    with pytest.raises(AlreadyThere):
        write("other.png", b"new", "careful")
    assert storages["careful"].deleted.startswith("there_")


@pytest.mark.usefixtures("local")
def test_an_image_of_a_storage_on_this_machine_does_not_come_from_afar():
    put("a.png", b"a")
    found = source().find(Place(name="a.png"))
    assert found is not None
    assert not found.is_far


@pytest.mark.parametrize("seconds", [0, 60])
@pytest.mark.usefixtures("local")
def test_an_image_of_a_storage_elsewhere_comes_from_afar_also_when_it_was_found_before(seconds: int):
    far, place = (
        StorageSource.build({"alias": "elsewhere"}),
        Place(name="a.png", freshness=Freshness(near_seconds=seconds)),
    )
    finds = [far.find_of_late(place) for _ in range(2)]
    assert all(found is not None and found.is_far for found in finds)
