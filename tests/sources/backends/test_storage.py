from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import override_settings

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import Forbidden, SourceMissing, SourceUnavailable
from iiifserver.testing import SourceContract, SourceUnderTest, content_of
from sources.backends.storage import StorageForm, StorageSource, meaning_of
from sources.base import Place

STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


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
        IIIFSERVER={"HOME": tmp_path / "home", "STORAGE_ALIASES": ["pictures", "forgotten"]},
        STORAGES={"default": storage, "pictures": storage, "private": storage, "staticfiles": STATIC},
    ):
        yield


@pytest.mark.usefixtures("local")
class TestFolder(SourceContract):
    @pytest.fixture
    def subject(self) -> SourceUnderTest:
        return SourceUnderTest(source(), put)


@pytest.mark.usefixtures("local")
class TestFolderWithPrefix(SourceContract):
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
    assert [value for value, _ in StorageForm().fields["alias"].choices] == ["pictures", "forgotten"]


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
