"""What is known of images, in a folder of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from ..base import LastingInfoCache
from .filesystem import FilesystemForm, FilesystemOptions, FolderCache


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoFilesystemOptions(FilesystemOptions):
    """The same as for pictures, for much smaller files."""

    limit_megabytes: int = 500
    limit_files: int = 100_000


class InfoFilesystemForm(FilesystemForm):
    folder = forms.CharField(
        label="Folder",
        required=False,
        help_text="A name below the folder “cache” in the server's home, which no other cache has. Empty: “infos”.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    limit_megabytes = forms.IntegerField(
        label="Largest size",
        initial=500,
        min_value=1,
        max_value=1_000_000_000,
        help_text="In megabytes. When it is reached, images that were not asked for lately make room.",
    )
    limit_files = forms.IntegerField(
        label="Most files",
        initial=100_000,
        min_value=1,
        max_value=100_000_000,
        help_text="Of how many images at most. Each page of a document counts as one.",
    )
    ttl_seconds = forms.IntegerField(
        label="Time to live",
        initial=2_592_000,
        min_value=0,
        max_value=10**9,
        help_text="In seconds since an image was asked for last; 0 for no end.",
    )


class InfoFilesystemCache(FolderCache, LastingInfoCache):
    """Keeps what is known of each page in a file of its own."""

    label = "FilesystemCache"
    used_for = "Most servers: what is known of images and where their tiles are, kept over a restart."
    options_class = InfoFilesystemOptions
    form_class = InfoFilesystemForm
    usual_folder = "infos"
