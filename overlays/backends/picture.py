"""A picture that staff upload."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from PIL import Image

from ..base import fingerprint_of
from ..fetching import fetched, tried_pictures
from ..fields import check_text, number_field
from ..pictures import MOST_BYTES, MOST_PIXELS, TOO_MANY_BYTES, PictureError, as_pixels, decoded
from ..placed import PERCENTS, PLACED_FIELDS, PlacedForm
from ..placed_picture import PlacedPicture, PlacedPictureOptions
from ..uploads import NAME, StoredPicture, is_only_tried, load, store

THUMBNAIL = (240, 120)
LONGEST_NAME = 100
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOptions(PlacedPictureOptions):
    picture: str
    """Its name in the storage, which is made from the digest of its bytes."""
    address: str = ""
    """From where it was fetched; empty for an upload."""

    def __post_init__(self) -> None:
        PlacedPictureOptions.__post_init__(self)
        check_text("picture", self.picture, LONGEST_NAME)
        check_text("address", self.address, LONGEST_ADDRESS)
        if not NAME.fullmatch(self.picture):
            raise ValueError("no picture has been uploaded.")


class PictureInput(forms.FileInput):
    """Shows the picture in use beside the button that replaces it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        button = super().render(name, value, attrs, renderer)
        return format_html("{}{}", shown(value), button) if isinstance(value, str) and value else button


def shown(name: str) -> SafeString:
    """A small copy inside the page: a storage need not have addresses that browsers can open."""
    try:
        picture = load(name)
    except PictureError as error:
        return format_html("<p>{}</p>", str(error))
    picture.thumbnail(THUMBNAIL)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return format_html('<p><img src="{}" alt="The picture in use"></p>', address)


class PictureField(forms.FileField):
    """A picture to upload; left empty, the one that is stored stays."""

    widget = PictureInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            check_upload(upload)
        return upload


def check_upload(upload: UploadedFile[Any]) -> None:
    if (upload.size or 0) > MOST_BYTES:
        raise forms.ValidationError(TOO_MANY_BYTES)
    try:
        decoded(as_pixels(content_of(upload)))
    except PictureError as error:
        raise forms.ValidationError(str(error)) from error


def content_of(upload: UploadedFile[Any]) -> bytes:
    upload.seek(0)
    return bytes(upload.read())


class PictureForm(PlacedForm):
    picture = PictureField(
        required=False,
        help_text=f"A PNG, JPEG, WebP or SVG file of at most {MOST_BYTES // 1024**2} MB and {MOST_PIXELS // 10**6} "
        "megapixels. Its transparency is kept. An SVG is drawn once, 1200 pixels long.",
    )
    address = forms.URLField(
        label="Or its address",
        required=False,
        max_length=LONGEST_ADDRESS,
        assume_scheme="https",
        help_text="Fetched once, when this form is saved with another address, from a server that the settings let "
        "this one ask. Empty for an upload.",
    )
    width_percent = number_field(
        PERCENTS,
        "Width in percent",
        "Of the output's width; it becomes smaller where there is no room for that. Empty for the picture's own size, "
        "which is cut off where it does not fit.",
    )

    field_order = ("picture", "address", "width_percent", *PLACED_FIELDS)

    def clean(self) -> dict[str, Any]:
        """Stores a new picture once everything else is right; its name in the storage is what is kept."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        upload, address = cleaned.get("picture"), str(cleaned.get("address") or "")
        if isinstance(upload, UploadedFile):
            self.keep("picture", content_of(upload))
        elif address and address != self.initial.get("address"):
            self.fetch(address)
        elif not upload:
            self.add_error("picture", "A picture is required: upload a file, or give its address.")
        return cleaned

    def fetch(self, address: str) -> None:
        try:
            self.keep("address", tried_pictures.get(address) if is_only_tried() else fetched(address))
        except PictureError as error:
            self.add_error("address", str(error))

    def keep(self, field: str, content: bytes) -> None:
        try:
            name = store(content)
            load(name)
        except PictureError as error:
            self.add_error(field, str(error))
        else:
            self.cleaned_data["picture"] = name


class PictureOverlay(PlacedPicture):
    """Draws the picture, in its own size or scaled with the output; nothing while the storage does not have it."""

    label = "Picture"
    used_for = "A logo, a watermark or a stamp."
    options_class = PictureOptions
    form_class = PictureForm
    options: PictureOptions

    def __init__(self, options: PictureOptions) -> None:
        super().__init__(options)
        # The name in the storage holds the digest of the bytes, which is checked when they are read.
        self.fingerprint = fingerprint_of("picture", options)
        self.stored = StoredPicture(options.picture)

    def is_ready(self) -> bool:
        return self.image() is not None

    def image(self) -> Image.Image | None:
        return self.stored.image()

    def problems(self) -> Iterable[str]:
        try:
            load(self.options.picture)
        except PictureError as error:
            yield str(error)
