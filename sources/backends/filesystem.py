"""Images in a folder of this machine."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from stat import S_ISLNK, S_ISREG
from time import monotonic
from typing import BinaryIO

from django import forms

from iiifserver.iiif.errors import Forbidden, IIIFError, NotFound, SourceUnavailable
from iiifserver.iiif.found import Found

from ..base import FolderEntry, Matches, Place, SourceBackend, folded
from ..folder_input import FolderInput
from ..folders import as_written, folder_at, is_allowed, is_allowed_folder, is_in_the_home
from ..listing import first_in_order, is_named_like_an_image
from ..local_files import NOT_THERE, found, refused, status_of
from ..mounts import MountWatch
from ..putting import is_fit_for_a_file, put_file

LONGEST_PATH = 4096
SECONDS_BETWEEN_LOOKS_AT_THE_ROOT = 1.0
LOOKED_AT_BETWEEN_LOOKS_AT_THE_CLOCK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesystemOptions:
    path_prefix: str
    """The folder: a whole path, or one below the server's home, such as `images/`."""

    def __post_init__(self) -> None:
        if not isinstance(self.path_prefix, str):
            raise TypeError("The path prefix is a text.")
        is_whole = self.path_prefix.startswith("/")
        if "\0" in self.path_prefix or not (is_whole or leads_down(self.path_prefix)):
            raise ValueError("The path prefix is a whole path, or a folder of the server's home such as images/.")


class FilesystemForm(forms.Form):
    path_prefix = forms.CharField(
        label="Path prefix",
        help_text="The folder that holds the images, such as /home/somebody/images/. A folder in the server's home is "
        "written without the home, such as images/, and moves along with it. An identifier is a file's path below the "
        "folder: scans%2F0042.tif names the file scans/0042.tif.",
        widget=FolderInput(attrs={"class": "vTextField"}),
    )

    def clean_path_prefix(self) -> str:
        try:
            written = Path(self.cleaned_data["path_prefix"]).expanduser()
            folder = folder_at(str(written))
            refusal = refusal_of(folder, is_whole=written.is_absolute())
        except (OSError, RuntimeError) as error:
            raise forms.ValidationError("The server cannot look at that path. Mend the path.") from error
        if refusal:
            raise forms.ValidationError(refusal)
        return as_written(folder)


def refusal_of(folder: Path, *, is_whole: bool) -> str:
    """Why staff may not choose that folder, in a sentence; empty when they may."""
    if not (is_whole or is_in_the_home(folder.resolve())):
        return "In the server's home, only images/ and samples/ hold images. Of another folder write the whole path."
    if not is_allowed_folder(folder.resolve()):
        return "This server may not read that folder. Choose one that holds only images."
    if not folder.is_dir():
        return "There is no such folder on the server. Make it first, or mend the path."
    if not os.access(folder, os.R_OK | os.X_OK, effective_ids=True):
        return "The server may not open that folder. Change the permissions of the folder."
    return ""


class FilesystemSource(SourceBackend):
    """Looks an identifier up as a path below one folder and never leaves it, whatever links lead out."""

    label = "Filesystem"
    used_for = "Images in a folder of this machine."
    options_class = FilesystemOptions
    form_class = FilesystemForm
    options: FilesystemOptions

    def __init__(self, options: FilesystemOptions) -> None:
        super().__init__(options)
        self.folder = folder_at(options.path_prefix)
        self._seen_root: tuple[Path, float] | None = None
        """The resolved folder, and until when it need not be looked at again."""
        self._mounts = MountWatch()

    def find(self, place: Place) -> Found | None:
        root = self._root_of_late()
        path = self.path_of(place, root)
        status = status_of(path) if path is not None else None
        if path is not None and status is not None and S_ISREG(status.st_mode):
            return found(path, status)
        self._check_all_is_there()
        return None

    def _check_all_is_there(self) -> None:
        """Raises `SourceUnavailable` where not one image is missing, but the folder or what was mounted on it."""
        if self._mounts.is_gone(self.root()):
            raise SourceUnavailable("What was mounted on the folder of this source is not there at present.")

    def _root_of_late(self) -> Path:
        """The same as `root`, looked at now and then: each look asks the system about every folder on the way."""
        seen, now = self._seen_root, monotonic()
        if seen is None or now >= seen[1]:
            seen = self._seen_root = (self.root(), now + SECONDS_BETWEEN_LOOKS_AT_THE_ROOT)
            self._mounts.note(seen[0])
        return seen[0]

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        listed = self.search(folder, "", after, limit, math.inf)
        return listed.entries if listed else None

    def search(self, folder: str, text: str, after: str, limit: int, seconds: float) -> Matches | None:
        place, deadline = self.folder_of(folder, self.root()), monotonic() + seconds
        if place is None:
            return None
        found: list[FolderEntry] = []
        is_complete = True
        # Links that lead out are left out, and others take their place: a short list is an end.
        while len(found) < limit:
            named = first_named(place, folded(text), after, limit, deadline)
            if named is None:
                return None
            found += (entry for entry in named.entries if self.is_given_out(folder, entry))
            is_complete = named.is_complete
            if not is_complete or len(named.entries) < limit:
                break
            after = named.entries[-1].name
        return Matches(found[:limit], is_complete)

    def folder_of(self, folder: str, root: Path) -> Path | None:
        """The folder's place with every link resolved; `None` when that is not below the source's own."""
        if "\0" in folder or len(folder) > LONGEST_PATH or (folder and climbs(folder)):
            return None
        try:
            place = (root / folder).resolve()
        except (OSError, RuntimeError, UnicodeEncodeError):
            return None
        return place if place.is_relative_to(root) and is_allowed_folder(place) else None

    def is_given_out(self, folder: str, entry: FolderEntry) -> bool:
        """Whether a request for the entry would be answered: a link may lead out of the source, and a name that is not
        text can stand in no address.
        """
        if not entry.name.isprintable():
            return False
        identifier = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_folder:
            return self.folder_of(identifier, self.root()) is not None
        try:
            return self.find(Place(name=identifier)) is not None
        except IIIFError:
            return False

    def write(self, place: Place, content: BinaryIO, *, replaces: bool = False) -> None:
        root = self.root()
        folder, _, name = place.name.rpartition("/")
        inside = self.folder_of(folder, root)
        if inside is None or not inside.is_dir():
            raise NotFound("There is no such folder in this source. Make it first, or choose another.")
        path = self.path_of(place, root)
        if path is None or not is_fit_for_a_file(name):
            raise Forbidden("No image may have this name here. Choose another.")
        put_file(inside, name, content, replaces=replaces)

    def root(self) -> Path:
        """The folder with its links resolved; raises `SourceUnavailable` when it is missing or outside the fence."""
        try:
            root = self.folder.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise SourceUnavailable("The folder of this source is not there at present.") from error
        if not (root.is_dir() and is_allowed_folder(root)):
            raise SourceUnavailable("The folder of this source cannot be read.")
        return root

    def path_of(self, place: Place, root: Path) -> Path | None:
        """The file's place with every link resolved; `None` when that is not below the folder, or no place at all."""
        name = place.name
        # A delegate may name the whole path; an identifier may not, or visitors could ask where the folder is.
        is_whole = "path" in place.details
        if "\0" in name or len(name) > LONGEST_PATH or (climbs(name) and not is_whole):
            return None
        try:
            path = root / place.details.get("path", name)
            if is_whole or leads_over_links(root, name):
                path = path.resolve()
                if not path.is_relative_to(root):
                    return None
        except (OSError, RuntimeError, UnicodeEncodeError):
            return None
        return path if is_allowed(path) else None

    def problems(self) -> Iterable[str]:
        try:
            self.root()
        except SourceUnavailable as error:
            yield f"{error} Look at {self.folder}, or change the path prefix."


def first_named(place: Path, wanted: str, after: str, limit: int, deadline: float) -> Matches | None:
    """So many of the entries behind a name that contain a text, as the system lists them until then; `None` where
    there is no such folder.
    """
    try:
        with os.scandir(place) as items:
            listed, is_complete = listed_names(items, wanted, deadline)
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise refused(error) from error
    names = first_in_order(listed, after, limit)
    return Matches([FolderEntry(name, (place / name).is_dir()) for name in names], is_complete)


def listed_names(items: Iterator[os.DirEntry[str]], wanted: str, deadline: float) -> tuple[list[str], bool]:
    """The names of folders and images that contain a text, without those that are hidden; and whether there was time
    for all.
    """
    names: list[str] = []
    while some := list(islice(items, LOOKED_AT_BETWEEN_LOOKS_AT_THE_CLOCK)):
        if monotonic() > deadline:
            return names, False
        names += [item.name for item in some if is_listed(item) and (not wanted or wanted in folded(item.name))]
    return names, True


def is_listed(item: os.DirEntry[str]) -> bool:
    name = item.name
    return name[0] != "." and (is_named_like_an_image(name) or item.is_dir())


def leads_down(folder: str) -> bool:
    """Whether a relative path, with or without a slash at its end, names something and never goes up."""
    return not climbs(folder.removesuffix("/"))


def climbs(name: str) -> bool:
    """Whether a relative path has a step that is empty, stays or goes up."""
    return any(part in {"", ".", ".."} for part in name.split("/"))


def leads_over_links(root: Path, name: str) -> bool:
    """Whether a step from the folder to the file, or the file, is a link; not so where the way ends before."""
    place = str(root)
    for step in name.split("/"):
        place = f"{place}/{step}"
        try:
            if S_ISLNK(os.lstat(place).st_mode):
                return True
        except OSError:
            return False
    return False
