"""What is listed of a folder, and in which order. Pure."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from iiifserver.iiif.source_formats import brought_formats

from .base import FolderEntry

IMAGE_ENDINGS = frozenset(
    {
        *("avif", "bmp", "btf", "gif", "heic", "heif", "j2k", "jfif", "jp2", "jpe", "jpeg", "jpf", "jpg", "jpx", "jxl"),
        *("pdf", "png", "ptif", "ptiff", "svg", "svs", "tf8", "tif", "tiff", "webp"),
    }
)
"""How the names of images end. A file without one of these may be asked for, but is not listed: what it is, only
opening it would tell.
"""

NUMBER = re.compile(r"([0-9]+)")
MOST_DIGITS = 30
SHAPE = bytes.maketrans(b"123456789", b"000000000")

Order = tuple[list[str | int], str]


def natural_order(name: str) -> Order:
    """Sorts `page2` before `page10`, and capitals among small letters; equal for equal names alone."""
    # Every second part is a number, so that numbers are compared with numbers alone.
    parts: list[str | int] = list(NUMBER.split(name.casefold()))
    parts[1::2] = [int(str(number)[:MOST_DIGITS]) for number in parts[1::2]]
    return parts, name


def first_in_order(names: Iterable[str], after: str, limit: int) -> list[str]:
    """So many of the names behind the name `after`, or of all where that is empty. None has a NUL in it."""
    first = [name for alike in by_shape(names) for name in first_of_shape(alike, after, limit)]
    return sorted(first, key=natural_order)[:limit]


def by_shape(names: Iterable[str]) -> Iterable[list[str]]:
    """The names in groups that differ in their digits alone; each behind itself in small letters and a NUL, so that
    within a group the order of the letters is the natural one. Large folders hold few groups, and this is quick.
    """
    groups: dict[bytes, list[str]] = defaultdict(list)
    for name in names:
        small = name.casefold()
        groups[small.encode("utf-8", "surrogatepass").translate(SHAPE)].append(f"{small}\0{name}")
    return groups.values()


def first_of_shape(alike: list[str], after: str, limit: int) -> list[str]:
    if after:
        alike.sort()
        start = bisect_right(alike, natural_order(after), key=lambda one: natural_order(one.partition("\0")[2]))
        first = alike[start : start + limit]
    else:
        first = heapq.nsmallest(limit, alike)
    return [one.partition("\0")[2] for one in first]


def order_of(entry: FolderEntry) -> tuple[Order, bool]:
    return natural_order(entry.name), entry.is_folder


def is_named_like_an_image(name: str) -> bool:
    _, dot, ending = name.rpartition(".")
    return bool(dot) and (ending.lower() in IMAGE_ENDINGS or is_brought_ending(ending.lower()))


def is_brought_ending(ending: str) -> bool:
    return any(ending in format.endings for format in brought_formats())


def merged(lists: Iterable[list[FolderEntry]], limit: int) -> list[FolderEntry]:
    """So many of the entries of several lists, each in order; what has the same name is listed once."""
    return list(dict.fromkeys(heapq.merge(*lists, key=order_of)))[:limit]
