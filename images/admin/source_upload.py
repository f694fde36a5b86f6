"""What may be uploaded to a source, looked at before anything of it is kept."""

from __future__ import annotations

import posixpath
import secrets
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from iiifserver.iiif.errors import Forbidden
from iiifserver.iiif.found import Found
from iiifserver.iiif.source_formats import label_of
from iiifserver.watching.work import File, Kind
from sources.base import Place, SourceBackend
from sources.models import Source
from sources.registry import sources

from ..runtime import Runtime
from .file_endings import endings_by_format, format_of_ending

PERMISSION = "iiif_sources.upload_image"
MEGABYTE = 1_000_000
FORM_BYTES = 100_000
"""What the rest of the form may have."""


def takes_uploads_of(row: Source, user: Any) -> bool:
    """Whether this person may put images into that source."""
    can_write = row.kind in sources and sources.get(row.kind).can_write()
    return can_write and row.accepts_uploads and user.has_perm(PERMISSION)


def most_bytes(row: Source) -> int:
    return row.largest_upload_megabytes * MEGABYTE


class UploadForm(forms.Form):
    """A file, what it is to be called, and whether it may take the place of another."""

    file = forms.FileField(label="Image")
    name = forms.CharField(
        required=False,
        max_length=200,
        help_text="What it is to be called here. Empty: as it is called on your computer.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    replaces = forms.BooleanField(
        label="Replace what is there", required=False, help_text="Otherwise nothing of the same name is touched."
    )

    prefix = "upload"

    def __init__(self, row: Source, *args: Any) -> None:
        super().__init__(*args)
        self.row = row
        kinds = ", ".join(label_of(name) for name in row.formats if name in endings_by_format())
        self.fields["file"].help_text = f"At most {row.largest_upload_megabytes} megabytes: {kinds}."

    def file_name(self) -> str:
        """The name that was typed, or the file's own, with accents as addresses have them."""
        return normalize("NFC", self.cleaned_data["name"] or self.cleaned_data["file"].name)


class BoundedUpload(TemporaryFileUploadHandler):
    """Takes one file into the folder for temporary files, and no more than it may have."""

    def __init__(self, request: Any, limit_bytes: int) -> None:
        super().__init__(request)
        self.limit_bytes = limit_bytes
        self.received_bytes = 0

    @property
    def is_over(self) -> bool:
        return self.received_bytes > self.limit_bytes

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.is_over:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def keep_upload(form: UploadForm, folder: str, backend: SourceBackend, runtime: Runtime) -> str:
    """Puts the file into the folder when it is an image that the source may give out, and returns its path there.

    Raises errors of the tree: `Forbidden` for a name or a kind of file that may not be here, `Unreadable` and its kin
    for what is no image, and as `SourceBackend.write` does.
    """
    file: TemporaryUploadedFile = form.cleaned_data["file"]
    path = posixpath.join(folder, form.file_name())
    check_is_wanted(file, path, form.row, runtime)
    with open(file.temporary_file_path(), "rb") as content:
        backend.write(Place(name=path), content, replaces=form.cleaned_data["replaces"])
    return path


def check_is_wanted(file: TemporaryUploadedFile, path: str, row: Source, runtime: Runtime) -> None:
    """By its bytes, not by what the browser says of it; and its name says the same, so that nobody mistakes it."""
    place = Path(file.temporary_file_path())
    found = Found(open=lambda: place.open("rb"), version=secrets.token_hex(16), formats=frozenset(row.formats))
    with runtime.guard.decoding(File(path, found.version), Kind.HEADER):
        format_name = runtime.processors.inspect(found).facts.format_name
    ending = PurePosixPath(path).suffix
    endings = endings_by_format().get(format_name)
    if endings is None:
        raise Forbidden(f"Files of the kind {label_of(format_name)} are not taken from a browser.")
    if format_of_ending(ending) != format_name:
        raise Forbidden(f"This is {label_of(format_name)}: give it a name that ends in .{endings[0]}.")
