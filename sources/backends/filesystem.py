"""Images in a folder of this machine."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from django import forms

from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier

from ..base import SourceBackend
from ..folders import is_allowed, is_allowed_folder

LONGEST_PATH = 4096
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP})


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesystemOptions:
    path_prefix: str
    """The folder, absolute."""
    path_suffix: str = ""
    """What is added to every identifier, such as `.tif`."""

    def __post_init__(self) -> None:
        if not all(isinstance(text, str) for text in (self.path_prefix, self.path_suffix)):
            raise TypeError("The path prefix and the path suffix are texts.")
        if not self.path_prefix.startswith("/") or "\0" in self.path_prefix:
            raise ValueError("The path prefix is a whole path, beginning with a slash.")


class FilesystemForm(forms.Form):
    path_prefix = forms.CharField(
        label="Path prefix",
        help_text="The folder that holds the images, such as /home/somebody/images/. An identifier is a file's path "
        "below it: scans%2F0042.tif names the file scans/0042.tif.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    path_suffix = forms.CharField(
        label="Path suffix",
        required=False,
        help_text="Added to every identifier to make the file name, such as .tif. Usually empty.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean_path_prefix(self) -> str:
        try:
            folder = Path(self.cleaned_data["path_prefix"]).expanduser()
            refusal = refusal_of(folder)
        except (OSError, RuntimeError) as error:
            raise forms.ValidationError("The server cannot look at that path. Mend the path.") from error
        if refusal:
            raise forms.ValidationError(refusal)
        return str(folder)


def refusal_of(folder: Path) -> str:
    """Why staff may not choose that folder, in a sentence; empty when they may."""
    if not folder.is_absolute():
        return "Write the whole path of the folder, beginning with a slash."
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
        self.folder = Path(options.path_prefix)

    def find(self, identifier: Identifier) -> Found | None:
        root = self.root()
        path = self.path_of(identifier, root)
        if path is None:
            return None
        status = status_of(path)
        return found(path, status) if status and S_ISREG(status.st_mode) else None

    def root(self) -> Path:
        """The folder with its links resolved; raises `SourceUnavailable` when it is missing or outside the fence."""
        try:
            root = self.folder.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise SourceUnavailable("The folder of this source is not there at present.") from error
        if not (root.is_dir() and is_allowed_folder(root)):
            raise SourceUnavailable("The folder of this source cannot be read.")
        return root

    def path_of(self, identifier: Identifier, root: Path) -> Path | None:
        """The file's place with every link resolved; `None` when that is not below the folder, or no place at all."""
        name = identifier.value + self.options.path_suffix
        if "\0" in name or len(name) > LONGEST_PATH or climbs(name):
            return None
        try:
            path = (root / name).resolve()
        except (OSError, RuntimeError, UnicodeEncodeError):
            return None
        return path if path.is_relative_to(root) and is_allowed(path) else None

    def problems(self) -> Iterable[str]:
        try:
            self.root()
        except SourceUnavailable as error:
            yield f"{error} Look at {self.folder}, or change the path prefix."


def climbs(name: str) -> bool:
    """Whether a relative path has a step that is empty, stays or goes up."""
    return any(part in {"", ".", ".."} for part in name.split("/"))


def status_of(path: Path) -> os.stat_result | None:
    """What the system says of the file; `None` when it is not there."""
    try:
        return path.stat()
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise refused(error) from error


def found(path: Path, status: os.stat_result) -> Found:
    version = version_of(path, status)
    return Found(
        open=lambda: opened(path, version),
        version=version,
        last_modified=datetime.fromtimestamp(int(status.st_mtime), UTC),
    )


def version_of(path: Path, status: os.stat_result) -> str:
    """Differs between files, and between two states of one file."""
    # Not the time of the last change of status: a backup that makes hard links would make every image a new one.
    state = f"{path}\0{status.st_ino}\0{status.st_size}\0{status.st_mtime_ns}"
    return hashlib.blake2b(os.fsencode(state), digest_size=16).hexdigest()


def opened(path: Path, version: str) -> BinaryIO:
    """The bytes of exactly that version; raises `SourceUnavailable` when the file has changed meanwhile."""
    try:
        file = open(path, "rb", opener=open_without_surprise)  # noqa: SIM115 - whoever asked for it closes it
    except OSError as error:
        raise refused(error) from error
    if version_of(path, os.fstat(file.fileno())) != version:
        file.close()
        raise SourceUnavailable("This image has just been replaced. Ask again.")
    return file


def open_without_surprise(path: str, flags: int) -> int:
    # A link or a pipe may have taken the file's place since it was looked at: follow neither out, wait for neither.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def refused(error: OSError) -> IIIFError:
    """What a visitor is told when the system does not let the server at a file."""
    if error.errno in NOT_THERE:
        return SourceMissing("There is no image with this identifier.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Forbidden("The source does not give this image out.")
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return SourceUnavailable("The server has too many files open.")
    return SourceUnavailable("The source cannot read this image at present.")
