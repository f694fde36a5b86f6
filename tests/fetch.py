"""Fetches with npm what only tests need, viewers and emulators: a step of `make test`. `python -m tests.fetch`.

The viewers' files for browsers hold all that they are made of. Their lock file therefore names two packages alone and
none of the hundreds that they would need to be built into another program.
"""

from __future__ import annotations

from images.viewers.install import npm, run
from tests.live import ROOT

FOLDERS = (ROOT / "tests" / "browser" / "clients", ROOT / "tests" / "emulators")
NO_NETWORK = (
    "npm could not fetch what the tests need; its reason stands above. Make its registry reachable (npm config set "
    "registry); the tests that need it are skipped until then."
)


def main() -> None:
    with npm() as command:
        for folder in FOLDERS:
            run(command, "ci", "--loglevel=error", folder=folder, otherwise=NO_NETWORK)


if __name__ == "__main__":
    main()
