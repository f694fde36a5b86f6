"""A source: images inside a ZIP file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django import forms

from iiifserver.plugins import Found, Place, SourceBackend, SourceReplaced, SourceUnavailable, is_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipOptions:
    path: str


class ZipForm(forms.Form):
    path = forms.CharField(label="ZIP file", help_text="The whole path, such as /srv/pictures.zip.")

    def clean_path(self) -> str:
        path = Path(self.cleaned_data["path"])
        if not (path.is_absolute() and is_allowed(path.resolve()) and path.is_file()):
            raise forms.ValidationError("There is no such file, or this server may not read it. Mend the path.")
        return str(path)


class ZipSource(SourceBackend):
    """Looks an identifier up as a name in the archive."""

    label = "ZIP file"
    used_for = "Images that came as one archive."
    options_class = ZipOptions
    form_class = ZipForm
    options: ZipOptions

    def find(self, place: Place) -> Found | None:
        with self.archive() as archive:
            entry = archive.NameToInfo.get(place.name)
        if entry is None or entry.is_dir():
            return None
        version = version_of(entry)
        return Found(open=lambda: self.opened(place.name, version), version=version)

    def opened(self, name: str, version: str) -> BinaryIO:
        with self.archive() as archive:
            entry = archive.NameToInfo.get(name)
            if entry is None or version_of(entry) != version:
                raise SourceReplaced
            return io.BytesIO(archive.read(entry))

    def archive(self) -> ZipFile:
        path = Path(self.options.path)
        # The fence is asked each time: it may have been moved since the form was saved.
        if not is_allowed(path.resolve()):
            raise SourceUnavailable("The archive of this source may not be read.")
        try:
            return ZipFile(path)
        except (OSError, BadZipFile) as error:
            raise SourceUnavailable("The archive of this source cannot be opened at present.") from error

    def problems(self) -> Iterable[str]:
        try:
            self.archive().close()
        except SourceUnavailable as error:
            yield f"{error} Look at {self.options.path}."


def version_of(entry: ZipInfo) -> str:
    """Differs whenever the bytes differ."""
    state = f"{entry.filename}\0{entry.CRC}\0{entry.file_size}"
    return hashlib.blake2b(state.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
