"""Names of images at remote places."""

from __future__ import annotations

LONGEST_KEY_BYTES = 1024
"""What the object stores allow; a longer name is nobody's."""


def climbs(name: str) -> bool:
    """Whether a name has a step that is empty, stays or goes up: servers disagree about where such a name leads."""
    return any(step in {"", ".", ".."} for step in name.replace("\\", "/").split("/"))


def is_key(name: str) -> bool:
    """Whether an object store can have something under this name."""
    try:
        return not climbs(name) and "\0" not in name and len(name.encode()) <= LONGEST_KEY_BYTES
    except UnicodeEncodeError:
        return False
