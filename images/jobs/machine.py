"""Which machine this is: a home has one name, wherever its processes run, and one runner at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from iiifserver.conf import conf
from iiifserver.home import Home


def made_home() -> Home:
    """The home, which is there from now on; raises `Refusal` where it cannot be made."""
    home = Home(conf.home)
    home.create()
    return home


def machine_name() -> str:
    """The host's name and a few signs that tell this home from another; the same after a restart."""
    home = made_home()
    place = home.run / "machine"
    with home.locked("machine"):
        if not place.exists():
            host = socket.gethostname().replace("/", "-")[:60] or "machine"
            place.write_text(f"{host}-{secrets.token_hex(3)}\n", encoding="utf-8")
        return place.read_text(encoding="utf-8").strip()


@contextmanager
def only_runner() -> Iterator[bool]:
    """Whether no other process of this machine does jobs; as long as the block lasts, none will.

    The kernel frees the place of a process that died.
    """
    place = made_home().run / "jobs.lock"
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
