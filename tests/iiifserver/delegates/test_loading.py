"""From the name in the settings to the class, and to its newer self."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import pytest

from iiifserver.delegates import Delegate
from iiifserver.delegates.loading import DelegateError, Loader, loaded

CODE = """
from __future__ import annotations
from dataclasses import dataclass
from iiifserver.delegates import Delegate

@dataclass
class Note:
    text: str

class Site(Delegate):
    def source(self):
        return "{source}"
"""


class Here(Delegate):
    """Found by its dotted path."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "site.py"
    write(file, CODE.format(source="one"), age_seconds=100)
    return file


def write(file: Path, code: str, age_seconds: float) -> None:
    file.write_text(code)
    then = time.time() - age_seconds
    os.utime(file, (then, then))


def source_of(loader: Loader) -> str | None:
    return loader.newest()().source()


def test_a_class_is_found_in_a_file(file):
    assert loaded(f"{file}:Site")().source() == "one"


def test_a_class_is_found_by_its_dotted_path():
    assert loaded(f"{__name__}.Here").__name__ == "Here"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("class Site(", "SyntaxError"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("raise SystemExit", "SystemExit"),
        ("class Other: pass", "AttributeError"),
        ("class Site: pass", "no class that derives"),
        ("Site = 5", "no class that derives"),
    ],
)
def test_what_cannot_be_loaded_is_told(file, code, reason):
    file.write_text(code)
    with pytest.raises(DelegateError, match=reason):
        loaded(f"{file}:Site")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DelegateError, match="No such file"):
        loaded(f"{tmp_path}/none.py:Site")


def test_a_changed_file_is_read_anew(file):
    loader = Loader(f"{file}:Site")
    before = source_of(loader)
    write(file, CODE.format(source="two"), age_seconds=50)
    assert (before, source_of(loader)) == ("one", "two")


def test_a_file_that_did_not_change_is_read_once(file):
    read = []
    loader = Loader(f"{file}:Site", lambda name: read.append(name) or loaded(name))
    loader.newest()
    loader.newest()
    assert len(read) == 1


def test_a_file_that_is_still_being_written_waits(file):
    loader = Loader(f"{file}:Site")
    before = source_of(loader)
    write(file, CODE.format(source="two"), age_seconds=0)
    assert (before, source_of(loader)) == ("one", "one")


def test_a_broken_file_leaves_the_class_before_in_use_and_says_so_once(file, caplog):
    loader = Loader(f"{file}:Site")
    loader.newest()
    write(file, "class Site(", age_seconds=50)
    with caplog.at_level(logging.ERROR, "iiifserver.delegates"):
        assert [source_of(loader), source_of(loader)] == ["one", "one"]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] == [
        "The delegate is broken, which leaves the one before in use."
    ]


def test_a_file_that_was_broken_from_the_start_gives_none_until_it_is_mended(file):
    write(file, "class Site(", age_seconds=100)
    loader = Loader(f"{file}:Site")
    with pytest.raises(DelegateError):
        loader.newest()
    write(file, CODE.format(source="one"), age_seconds=0)
    assert source_of(loader) == "one"


def test_a_file_that_is_gone_leaves_its_class_in_use(file):
    loader = Loader(f"{file}:Site")
    loader.newest()
    file.unlink()
    assert source_of(loader) == "one"


def test_a_method_that_nothing_calls_is_named_in_the_log(file, caplog):
    file.write_text(file.read_text() + "    def serialize_meta_identifier(self, parts):\n        return ''\n")
    with caplog.at_level(logging.WARNING, "iiifserver.delegates"):
        loaded(f"{file}:Site")
    assert "serialize_meta_identifier" in caplog.text
