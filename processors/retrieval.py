"""How a library gets at the bytes of an image: from where they are, piece by piece, or from a copy on this machine."""

from __future__ import annotations

import enum
import io
import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge, Overloaded, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.watching.watch import watch

COPY_BYTES = 1024 * 1024
MEGABYTE = 1_000_000


class Retrieval(enum.Enum):
    """What is done about an image that is no file on this machine. The value is the word that is stored."""

    STREAM = "stream"
    DOWNLOAD = "download"
    REFUSE = "refuse"


class Refused(Unreadable):
    """The image is no file of this machine, and staff want it left alone."""


CHOICES = [
    (Retrieval.STREAM.value, "read what is needed from where it is"),
    (Retrieval.DOWNLOAD.value, "fetch the whole file first"),
    (Retrieval.REFUSE.value, "do not read it"),
]


class RetrievalOptions(Protocol):
    """The two options that every processor has which lets staff choose."""

    @property
    def retrieval(self) -> str: ...

    @property
    def download_megabytes(self) -> int: ...


class RetrievalForm(forms.Form):
    """The fields for both."""

    retrieval = forms.ChoiceField(
        label="Images from elsewhere",
        choices=CHOICES,
        initial=Retrieval.STREAM.value,
        help_text="What to do about images that are not files of this machine, such as those behind an address or in a "
        "bucket. Fetching the whole file pays where most of it is needed, or where the other side answers slowly.",
    )
    download_megabytes = forms.IntegerField(
        label="Largest file to fetch (MB)",
        min_value=1,
        max_value=1_000_000,
        initial=2000,
        help_text="Larger files are refused where the whole file would have to be fetched. It lies in the server's "
        "home for as long as it is read.",
    )


class FileRetrievalForm(RetrievalForm):
    """The fields for a library that reads nothing but files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retrieval"] = forms.ChoiceField(
            label="Images from elsewhere",
            choices=CHOICES[1:],
            initial=Retrieval.DOWNLOAD.value,
            help_text="What to do about images that are not files of this machine, such as those behind an address or "
            "in a bucket. What this processor does not read is left to the next one.",
        )


@dataclass(frozen=True, slots=True)
class RetrievalRule:
    """What staff have chosen."""

    way: Retrieval
    most_bytes: int


def retrieval_of(options: RetrievalOptions) -> RetrievalRule:
    """The rule in a processor's options; raises `ValueError` for a word that is none of them."""
    return RetrievalRule(Retrieval(options.retrieval), options.download_megabytes * MEGABYTE)


@contextmanager
def seekable(found: Found, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A handle for reading and seeking, for a library that reads from Python.

    Raises `ImageTooLarge` for a file that is too large to fetch, `Refused` where nothing may be fetched, and what
    opening and reading raise.
    """
    with found.open() as handle:
        if is_local(handle) or rule.way is Retrieval.STREAM:
            yield handle
        else:
            with downloaded(found, handle, rule) as copy:
                yield copy


@contextmanager
def local_file(found: Found, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A handle of a real file, for a library that reads by itself: see `path_of`. Fetched unless that is refused.

    Raises as `seekable` does.
    """
    with found.open() as handle:
        if is_local(handle):
            yield handle
        else:
            with downloaded(found, handle, rule) as copy:
                yield copy


def path_of(handle: BinaryIO) -> str:
    """A path that leads to the opened file itself, wherever its name may lead by now."""
    return f"/dev/fd/{handle.fileno()}"


def is_local(handle: BinaryIO) -> bool:
    """Whether the handle's bytes are those of an ordinary file; not so of one that unpacks what it reads."""
    raw = handle.raw if isinstance(handle, io.BufferedReader) else handle
    return isinstance(raw, io.FileIO) and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


@dataclass(slots=True)
class _Copy:
    """A file that is being fetched or has been."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    readers: int = 0
    file: BinaryIO | None = None


class Downloads:
    """The copies of this process. Whoever wants an image that is being fetched waits for it, and reads the same copy;
    the last who reads it lets it go.

    Copies have no names, so that nothing is left behind by a process that dies.
    """

    def __init__(self) -> None:
        self._copies: dict[str, _Copy] = {}
        self._lock = threading.Lock()

    @contextmanager
    def copy_of(self, found: Found, handle: BinaryIO, most_bytes: int) -> Iterator[BinaryIO]:
        """A handle of one's own on the copy."""
        copy = self._joined(found.version)
        try:
            with watch.waiting(), copy.lock:
                copy.file = copy.file or fetched(handle, most_bytes)
            with open(path_of(copy.file), "rb") as own:
                yield own
        finally:
            self._left(found.version, copy)

    def _joined(self, version: str) -> _Copy:
        with self._lock:
            copy = self._copies.setdefault(version, _Copy())
            copy.readers += 1
            return copy

    def _left(self, version: str, copy: _Copy) -> None:
        with self._lock:
            copy.readers -= 1
            if copy.readers:
                return
            del self._copies[version]
        if copy.file:
            copy.file.close()


downloads = Downloads()


@contextmanager
def downloaded(found: Found, handle: BinaryIO, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A copy of the image on this machine."""
    if rule.way is Retrieval.REFUSE:
        raise Refused("Images of this kind are read here only where they are files of this server.")
    with downloads.copy_of(found, handle, rule.most_bytes) as copy:
        yield copy


def fetched(handle: BinaryIO, most_bytes: int) -> BinaryIO:
    """All bytes of the handle in a file without a name; raises `ImageTooLarge` and `Overloaded`."""
    copy = nameless_file()
    try:
        for content in iter(lambda: handle.read(COPY_BYTES), b""):
            if copy.tell() + len(content) > most_bytes:
                raise ImageTooLarge("The file of this image is larger than the server fetches from elsewhere.")
            append(copy, content)
    except BaseException:
        copy.close()
        raise
    return copy


def nameless_file() -> BinaryIO:
    folder = conf.home / "downloads"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder, buffering=0)
    except OSError as error:
        raise Overloaded("The server has no room for a copy of this image at present.") from error


def append(copy: BinaryIO, content: bytes) -> None:
    try:
        while content:
            content = content[copy.write(content) :]
    except OSError as error:
        raise Overloaded("The server has no room for a copy of this image at present.") from error
