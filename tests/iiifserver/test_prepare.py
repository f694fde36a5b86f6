from __future__ import annotations

import resource
import sqlite3
import subprocess

import pytest

from tests.live import START_SECONDS, command, manage, share_samples, variables


def admins(home):
    with sqlite3.connect(home / "db.sqlite3") as database:
        rows = database.execute("SELECT username FROM auth_user WHERE is_superuser").fetchall()
    database.close()
    return [name for (name,) in rows]


def test_the_first_run_makes_everything_and_tells_the_password_once(home):
    first = manage(home, "iiif_prepare")
    assert first.returncode == 0, first.stderr
    password = (home / "keys" / "admin_password").read_text().strip()
    assert password in first.stdout
    assert admins(home) == ["admin"]
    assert (home / "static" / "staticfiles.json").exists()
    assert {folder.name for folder in home.iterdir() if folder.is_dir()} >= {"images", "cache", "logs", "run", "keys"}

    second = manage(home, "iiif_prepare")
    assert (second.returncode, second.stdout) == (0, "")


def test_what_is_private_is_readable_by_its_owner_only(home):
    assert manage(home, "iiif_prepare").returncode == 0
    for folder in ("keys", "logs", "run"):
        assert (home / folder).stat().st_mode & 0o777 == 0o700
    for file in ("keys/secret_key", "keys/admin_password", "db.sqlite3"):
        assert (home / file).stat().st_mode & 0o777 == 0o600


def test_sqlite_writes_ahead_and_is_one_file_for_all(home):
    assert manage(home, "iiif_prepare").returncode == 0
    with sqlite3.connect(home / "db.sqlite3") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_given_password_is_used_and_neither_printed_nor_stored(home):
    done = manage(home, "iiif_prepare", IIIFSERVER_ADMIN_PASSWORD="correct horse battery")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (home / "keys" / "admin_password").exists()
    check = "from django.contrib.auth.models import User; print(User.objects.get().check_password(input()))"
    answer = subprocess.run(
        command("shell", "--verbosity", "0", "-c", check),
        env=variables(home),
        input="correct horse battery",
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=True,
    )
    assert answer.stdout.strip() == "True"


@pytest.mark.slow
def test_several_at_once_take_turns(home):
    crowd = [
        subprocess.Popen(
            command("iiif_prepare"), env=variables(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    results = [process.communicate(timeout=START_SECONDS) for process in crowd]
    assert [process.returncode for process in crowd] == [0] * 4, results
    assert len([out for out, _ in results if "password" in out]) == 1
    assert admins(home) == ["admin"]


def seconds_of_work():
    """How long the processes that this one has started and ended were at work, whatever else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_second_run_takes_little_time_and_keeps_everything(home):
    assert manage(home, "iiif_prepare").returncode == 0
    (home / "images" / "mine.jpg").write_bytes(b"mine")
    kept = {name: (home / name).read_bytes() for name in ("keys/secret_key", "keys/admin_password")}
    before = seconds_of_work()
    assert manage(home, "iiif_prepare").returncode == 0
    assert seconds_of_work() - before < 5
    assert {name: (home / name).read_bytes() for name in kept} == kept
    assert (home / "images" / "mine.jpg").read_bytes() == b"mine"


@pytest.mark.slow
def test_lost_samples_and_static_files_come_back(home, drawn_samples):
    assert manage(home, "iiif_prepare").returncode == 0
    (home / "static" / "staticfiles.json").unlink()
    (home / "samples" / "alpha.png").unlink()
    assert manage(home, "iiif_prepare").returncode == 0
    assert (home / "static" / "staticfiles.json").exists()
    assert (home / "samples" / "alpha.png").stat().st_size == (drawn_samples / "alpha.png").stat().st_size


@pytest.mark.slow
@pytest.mark.parametrize("name", ["home", "home with spaces"])
def test_a_home_may_be_anywhere(tmp_path, drawn_samples, name):
    home = tmp_path / "deep" / name
    share_samples(drawn_samples, home)
    assert manage(home, "iiif_prepare").returncode == 0
