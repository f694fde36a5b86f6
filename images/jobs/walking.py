"""Every image below a folder of a source, page by page; can go on behind the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sources.base import FolderEntry

PAGE = 500
"""How many entries are asked for at once."""
MOST_DEPTH = 50

Lister = Callable[[str, str, int], list[FolderEntry] | None]
"""From a folder, the name behind which to begin and the most entries, to the entries, or to `None` without a folder."""


def walk(listed: Lister, folder: str, after: str = "") -> Iterator[str]:
    """The identifiers below the folder, in order, beginning behind the identifier `after`."""
    inside = after.removeprefix(f"{folder}/") if folder else after
    yield from walk_from(listed, folder, inside.split("/") if after else [], 0)


def walk_from(listed: Lister, folder: str, steps: list[str], depth: int) -> Iterator[str]:
    """The same behind the path of these steps below the folder."""
    if depth > MOST_DEPTH:
        return
    after = steps[0] if steps else ""
    if len(steps) > 1 and listed(below(folder, after), "", 1) is None:
        # A source whose names have slashes and no folders.
        after = "/".join(steps)
    elif len(steps) > 1:
        yield from walk_from(listed, below(folder, steps[0]), steps[1:], depth + 1)
    while page := listed(folder, after, PAGE):
        for entry in page:
            path = below(folder, entry.name)
            if entry.is_folder:
                yield from walk_from(listed, path, [], depth + 1)
            else:
                yield path
        after = page[-1].name


def below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
