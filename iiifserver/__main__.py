"""The command line: `manage.py`, `python -m iiifserver`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command; what stops it for a known reason is told in one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iiifserver.settings")
    try:
        # Imported here so that an interpreter without Django gets a sentence instead of a traceback.
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit("Django is missing: run `make install`, then start with .venv/bin/python manage.py.")
    try:
        if sys.argv[1:2] == ["serve"]:
            gather_numbers()
            give_memory_back()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def gather_numbers() -> None:
    """Let the workers of this server write their counters into one folder.

    The library that counts looks at the variable when it is first imported, before any command runs.
    """
    from iiifserver.environment import read_environment

    home = read_environment().home
    home.create()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(home.numbers_of(os.getpid()))


def give_memory_back() -> None:
    """Let Pillow take memory for large images in blocks that go back to the system when the image is done.

    Its own blocks are just small enough for the C library to keep them. Pillow looks at the variable when it is first
    imported.
    """
    os.environ.setdefault("PILLOW_BLOCK_SIZE", "64m")


if __name__ == "__main__":
    main()
