from __future__ import annotations

import threading

import pytest

from iiifserver.home import Home
from iiifserver.refusal import Refusal


def test_a_secret_is_generated_once_and_private(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    assert home.secret("word", lambda: "first") == "first"
    assert home.secret("word", lambda: "second") == "first"
    assert (home.keys / "word").stat().st_mode & 0o777 == 0o600


def test_all_who_ask_at_once_get_the_same_secret(tmp_path):
    home = Home(tmp_path)
    home.create()
    barrier, found = threading.Barrier(8), []

    def ask(number):
        barrier.wait()
        found.append(home.secret("word", lambda: str(number)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8


def test_making_a_home_twice_keeps_what_is_in_it(tmp_path):
    home = Home(tmp_path)
    home.create()
    (home.images / "mine.jpg").touch()
    home.create()
    assert (home.images / "mine.jpg").exists()


def test_a_home_that_cannot_be_made_names_both_ways_to_choose_another(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match=r'IIIFSERVER_HOME, .* IIIFSERVER\["HOME"\]'):
        Home(tmp_path / "file" / "home").create()
