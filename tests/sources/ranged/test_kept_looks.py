from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources.ranged.kept_looks import KeptLooks
from sources.ranged.looks import RememberedLooks
from sources.ranged.remote import Look, Mode, State
from sources.remembered import Seen

STATE = State(size=10, tag='"one"', modified=datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))
LOOK = Look(state=STATE, mode=Mode.RANGED, reason="The server gives pieces.", start=b"not kept")
SECRET = "https://images.example.org/a.tif\0Authorization:Bearer very-secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.sqlite3"


@pytest.fixture
def kept(file: Path):
    kept = KeptLooks(file, most=20)
    yield kept
    kept.close()


def test_a_look_comes_back_without_bytes_and_too_old_to_count(kept: KeptLooks):
    kept.put("a", Seen(LOOK, 5.0, news=7))
    plain = Look(state=STATE, mode=Mode.RANGED, reason=LOOK.reason)
    assert kept.get("a") == Seen(plain, -math.inf, news=7)


@pytest.mark.parametrize(
    "look",
    [
        Look(state=STATE, mode=Mode.WHOLE, reason="", whole=lambda span: b""),
        Look(state=State(size=10, proof="of its bytes"), mode=Mode.RANGED, reason=""),
    ],
    ids=["whole", "without a version"],
)
def test_what_no_piece_would_confirm_is_not_kept(kept: KeptLooks, look: Look):
    kept.put("a", Seen(look, 5.0, news=0))
    assert kept.get("a") is None


def test_what_is_forgotten_is_gone(kept: KeptLooks):
    kept.put("a", Seen(LOOK, 5.0, news=0))
    kept.forget("a")
    assert kept.get("a") is None


def test_there_are_never_more_than_so_many(kept: KeptLooks):
    for number in range(100):
        kept.put(f"{number}", Seen(LOOK, 5.0, news=0))
    held = [number for number in range(100) if kept.get(f"{number}")]
    assert 10 <= len(held) <= 20


def test_no_address_is_written(kept: KeptLooks, file: Path):
    kept.put(SECRET, Seen(LOOK, 5.0, news=0))
    kept.close()
    written = b"".join(part.read_bytes() for part in file.parent.iterdir())
    assert b"one" in written
    assert b"secret" not in written
    assert b"example" not in written


class TestRemembered:
    """By the looks of a process, and of the one that is started after it."""

    def test_a_new_process_shows_the_old_look_to_whoever_looks(self, kept: KeptLooks):
        RememberedLooks(kept).get("a", lambda earlier: LOOK, 10)
        told = []
        RememberedLooks(kept).get("a", lambda earlier: told.append(earlier) or earlier, 10)
        assert [look.state for look in told] == [STATE]

    def test_what_was_forgotten_is_not_shown(self, kept: KeptLooks):
        first = RememberedLooks(kept)
        first.get("a", lambda earlier: LOOK, 10)
        first.forget("a")
        told = []
        RememberedLooks(kept).get("a", lambda earlier: told.append(earlier), 10)
        assert told == [None]

    def test_what_is_seen_again_is_not_written_again(self, kept: KeptLooks, monkeypatch):
        looks, written = RememberedLooks(kept), []
        monkeypatch.setattr(kept, "put", lambda name, seen: written.append(seen))
        for _ in range(3):
            looks.get("a", lambda earlier: earlier or LOOK, 0)
        assert len(written) == 1
