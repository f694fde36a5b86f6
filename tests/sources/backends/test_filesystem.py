from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import Forbidden, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.testing import SourceUnderTest, WritingSourceContract, content_of
from sources import mounts
from sources.backends.filesystem import FilesystemSource
from sources.base import Place


def source_on(folder: Path, **options: str) -> FilesystemSource:
    return FilesystemSource.build({"path_prefix": str(folder), **options})


def put_into(folder: Path):
    def put(identifier: str, content: bytes) -> None:
        path = folder / identifier
        path.parent.mkdir(parents=True, exist_ok=True)
        # As a careful copier does: under another name first, so that the file appears at once.
        half = path.with_name("half")
        half.write_bytes(content)
        half.replace(path)

    return put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


@pytest.fixture
def nobody():
    """For as long as the test runs, the process has no more rights than nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder that any user may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


class TestFilesystem(WritingSourceContract):
    @pytest.fixture
    def subject(self, folder: Path) -> SourceUnderTest:
        return SourceUnderTest(source_on(folder), put_into(folder))


def has(source: FilesystemSource, identifier: str) -> bool:
    return source.find(Place(name=identifier)) is not None


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_the_prefix_may_end_with_a_slash_or_without(folder: Path, ending: str):
    (folder / "a.png").write_bytes(b"a")
    assert content_of(FilesystemSource.build({"path_prefix": f"{folder}{ending}"}), "a.png") == b"a"


def test_a_delegate_may_name_the_whole_path(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    assert source_on(folder).find(Place(name=f"{folder}/a.png", details={"path": f"{folder}/a.png"})) is not None


def test_the_whole_path_that_a_delegate_names_stays_inside(folder: Path):
    outside = str(folder.parent / "secret.png")
    assert source_on(folder).find(Place(name=outside, details={"path": outside})) is None


def test_a_visitor_cannot_name_the_whole_path(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    assert not has(source_on(folder), f"{folder}/a.png")


def test_a_backslash_is_a_letter_like_any_other(folder: Path):
    (folder / "a\\b.png").write_bytes(b"a")
    assert content_of(source_on(folder), "a\\b.png") == b"a"


def test_an_encoded_climb_is_a_name_like_any_other(folder: Path):
    assert not has(source_on(folder), "%2e%2e/secret.png")


def test_a_name_that_is_not_unicode_can_be_asked_for_by_its_bytes(folder: Path):
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"a")
    assert content_of(source_on(folder), "caf\udce9.png") == b"a"


def test_a_link_out_of_the_folder_is_not_there(folder: Path):
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    assert not has(source_on(folder), "link.png")


def test_a_linked_folder_outside_is_not_there(folder: Path):
    (folder / "up").symlink_to(folder.parent)
    assert not has(source_on(folder), "up/secret.png")


def test_a_link_that_stays_inside_is_followed(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    (folder / "link.png").symlink_to(folder / "a.png")
    assert content_of(source_on(folder), "link.png") == b"a"


def test_a_link_to_itself_is_not_there(folder: Path):
    (folder / "loop.png").symlink_to(folder / "loop.png")
    assert not has(source_on(folder), "loop.png")


def test_a_neighbour_with_a_longer_name_is_outside(folder: Path):
    neighbour = folder.with_name("images-private")
    neighbour.mkdir()
    (neighbour / "a.png").write_bytes(b"a")
    (folder / "link").symlink_to(neighbour)
    assert not has(source_on(folder), "link/a.png")


def test_a_file_in_a_dot_folder_is_not_there(folder: Path):
    put_into(folder)(".git/a.png", b"a")
    assert not has(source_on(folder), ".git/a.png")


def test_the_folder_itself_may_be_a_link(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    (folder.parent / "link").symlink_to(folder)
    assert content_of(source_on(folder.parent / "link"), "a.png") == b"a"


def test_a_pipe_is_no_image(folder: Path):
    os.mkfifo(folder / "pipe.png")
    assert not has(source_on(folder), "pipe.png")


def test_a_link_to_a_device_is_no_image(folder: Path):
    (folder / "zero.png").symlink_to("/dev/zero")
    assert not has(source_on(folder), "zero.png")


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    found = source_on(folder).find(Place(name="a.png"))
    (folder / "a.png").unlink()
    os.mkfifo(folder / "a.png")
    with pytest.raises(SourceUnavailable):
        found.open()


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    found = source_on(folder).find(Place(name="a.png"))
    (folder / "a.png").unlink()
    (folder / "a.png").symlink_to(folder.parent / "secret.png")
    with pytest.raises(Exception, match="image"):
        found.open()


def test_a_hard_link_or_new_permissions_make_no_new_version(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    found = source_on(folder).find(Place(name="a.png"))
    (folder / "b.png").hardlink_to(folder / "a.png")
    (folder / "a.png").chmod(0o600)
    assert source_on(folder).find(Place(name="a.png")).version == found.version
    with found.open() as file:
        assert file.read() == b"a"


def test_other_bytes_of_equal_length_and_time_make_a_new_version(folder: Path):
    put_into(folder)("a.png", b"one")
    before = (folder / "a.png").stat()
    version = source_on(folder).find(Place(name="a.png")).version
    put_into(folder)("a.png", b"two")
    os.utime(folder / "a.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert source_on(folder).find(Place(name="a.png")).version != version


def test_the_version_tells_nothing_about_the_place(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    assert "a.png" not in source_on(folder).find(Place(name="a.png")).version


def test_a_folder_that_is_missing_is_unavailable(folder: Path):
    with pytest.raises(SourceUnavailable):
        source_on(folder / "missing").find(Place(name="a.png"))


def test_a_folder_that_goes_away_is_unavailable_until_it_is_back(folder: Path):
    source = source_on(folder)
    folder.rename(folder.with_name("away"))
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="a.png"))
    folder.with_name("away").rename(folder)
    assert not has(source, "a.png")


def test_a_folder_that_is_a_link_to_itself_is_unavailable(folder: Path):
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises(SourceUnavailable):
        source_on(folder / "loop").find(Place(name="a.png"))


def test_a_folder_outside_the_fence_is_unavailable():
    with pytest.raises(SourceUnavailable):
        source_on(Path("/etc")).find(Place(name="passwd"))


def test_a_file_that_may_not_be_read_is_forbidden(open_folder: Path, request):
    """Parity 11.56."""
    (open_folder / "a.png").write_bytes(b"a")
    (open_folder / "a.png").chmod(0)
    request.getfixturevalue("nobody")
    found = source_on(open_folder).find(Place(name="a.png"))
    with pytest.raises(Forbidden):
        found.open()


def test_a_file_in_a_folder_that_may_not_be_entered_is_forbidden(open_folder: Path, request):
    put_into(open_folder)("closed/a.png", b"a")
    (open_folder / "closed").chmod(0)
    request.getfixturevalue("nobody")
    with pytest.raises(Forbidden):
        source_on(open_folder).find(Place(name="closed/a.png"))


def test_a_missing_folder_is_a_problem_that_names_it(folder: Path):
    assert [str(folder / "x") in problem for problem in source_on(folder / "x").problems()] == [True]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"path_prefix": "../images"},
        {"path_prefix": "images/../keys"},
        {"path_prefix": "images//"},
        {"path_prefix": ""},
        {"path_prefix": None},
        {"path_prefix": 5},
        {"path_prefix": "/a\0b"},
        {"path_prefix": "/images", "path_suffix": None},
        {"path_prefix": "/images", "colour": "red"},
    ],
)
def test_options_that_make_no_sense_do_not_build(options: dict[str, object]):
    with pytest.raises(BackendError):
        FilesystemSource.build(options)


def test_a_folder_is_listed_to_its_end_past_links_that_lead_out(tmp_path):
    folder, outside = tmp_path / "images", tmp_path / "outside.png"
    folder.mkdir()
    outside.write_bytes(b"")
    for number in range(6):
        (folder / f"a{number}.png").symlink_to(outside)
    for name in ("b.png", "c.png"):
        (folder / name).write_bytes(b"")
    source = source_on(folder)
    assert [entry.name for entry in source.entries("", "", 2)] == ["b.png", "c.png"]
    assert [entry.name for entry in source.entries("", "b.png", 2)] == ["c.png"]
    assert source.entries("nowhere", "", 2) is None
    assert source.entries("b.png", "", 2) is None


# What goes away or changes while it is served


def exchange(folder: Path) -> None:
    """What unmounting does: another folder, an empty one, is in its place."""
    folder.rename(folder.with_name("away"))
    folder.mkdir()


def test_an_empty_mount_point_is_no_missing_image(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    source = source_on(folder)
    assert has(source, "a.png")
    exchange(folder)
    for _ in range(2):
        with pytest.raises(SourceUnavailable, match="mounted"):
            source.find(Place(name="a.png"))
    folder.rmdir()
    folder.with_name("away").rename(folder)
    assert has(source, "a.png")


def test_a_folder_that_was_emptied_has_no_images(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    source = source_on(folder)
    assert has(source, "a.png")
    (folder / "a.png").unlink()
    assert not has(source, "a.png")


def test_another_folder_with_other_images_is_taken_as_it_is(folder: Path):
    (folder / "a.png").write_bytes(b"a")
    source = source_on(folder)
    assert has(source, "a.png")
    exchange(folder)
    (folder / "b.png").write_bytes(b"b")
    assert not has(source, "a.png")


@pytest.mark.parametrize(("line", "is_gone"), [("nas:/scans {} nfs ro 0 0", True), ("# nas:/scans {} nfs", False)])
def test_an_empty_folder_on_which_the_system_mounts_something_is_no_missing_image(
    folder: Path, tmp_path: Path, monkeypatch, line: str, is_gone: bool
):
    """Also for a process that has seen nothing in it yet."""
    (tmp_path / "fstab").write_text(line.format(str(folder).replace(" ", "\\040")) + "\nproc /proc proc\n")
    monkeypatch.setattr(mounts, "FSTAB", tmp_path / "fstab")
    if is_gone:
        with pytest.raises(SourceUnavailable, match="mounted"):
            source_on(folder).find(Place(name="a.png"))
    else:
        assert not has(source_on(folder), "a.png")


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.ENOTCONN])
def test_a_server_of_files_that_goes_away_is_unavailable(folder: Path, monkeypatch, number: int):
    (folder / "a.png").write_bytes(b"a")
    source = source_on(folder)
    assert has(source, "a.png")
    monkeypatch.setattr(Path, "stat", lambda *_, **__: raise_error(number))
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="a.png"))


def raise_error(number: int) -> None:
    raise OSError(number, os.strerror(number))


def test_a_file_that_is_written_to_while_it_is_read_is_never_a_mix(folder: Path):
    (folder / "a.tif").write_bytes(bytes(1_000_000))
    found = source_on(folder).find(Place(name="a.tif"))
    with pytest.raises(SourceUnavailable, match="replaced") as error:
        read_and_meddle(found, lambda: overwrite(folder / "a.tif", b"1" * 1_000_000))
    assert error.value.retry_after_seconds == 1


def test_a_file_that_is_cut_off_while_it_is_read_is_not_damaged(folder: Path):
    (folder / "a.tif").write_bytes(bytes(1_000_000))
    found = source_on(folder).find(Place(name="a.tif"))
    with pytest.raises(SourceUnavailable, match="replaced"):
        read_and_meddle(found, lambda: damage_by(overwrite(folder / "a.tif", b"1")))


def read_and_meddle(found: Found, meddle: Callable[[], None]) -> None:
    with found.open() as file:
        file.read(10)
        meddle()
        file.read()


def damage_by(_: None) -> None:
    """What a decoder says to half a file."""
    raise ValueError("damaged")


def test_a_file_whose_place_another_takes_is_read_to_its_end(folder: Path):
    (folder / "a.tif").write_bytes(bytes(1_000_000))
    found = source_on(folder).find(Place(name="a.tif"))
    with found.open() as file:
        (folder / "b.tif").write_bytes(b"1" * 1_000_000)
        (folder / "b.tif").replace(folder / "a.tif")
        assert file.read() == bytes(1_000_000)


def overwrite(path: Path, content: bytes) -> None:
    """Writes into the file itself, as `cp` does, at a moment that differs."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
