"""A picture that staff upload."""

from __future__ import annotations

import base64
import io
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from PIL import Image

from iiifserver.iiif.values import Extent

from ..base import fingerprint_of
from ..pictures import MOST_BYTES, MOST_PIXELS, TOO_MANY_BYTES, PictureError, decoded
from ..placed import PERCENTS, PlacedForm, PlacedOptions, PlacedOverlay, check_number, check_text, number_field
from ..placement import share
from ..uploads import NAME, StoredPicture, load, store

THUMBNAIL = (240, 120)
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOptions(PlacedOptions):
    picture: str
    """Its name in the storage, which is made from the digest of its bytes."""
    width_percent: int | None = None
    """Of the output's width; `None` for the picture's own size."""

    def __post_init__(self) -> None:
        PlacedOptions.__post_init__(self)
        check_text("picture", self.picture, LONGEST_NAME)
        if not NAME.fullmatch(self.picture):
            raise ValueError("no picture has been uploaded.")
        if self.width_percent is not None:
            check_number("width_percent", self.width_percent, PERCENTS)


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
        decoded(content_of(upload))
    except PictureError as error:
        raise forms.ValidationError(str(error)) from error


def content_of(upload: UploadedFile[Any]) -> bytes:
    upload.seek(0)
    return bytes(upload.read())


class PictureForm(PlacedForm):
    picture = PictureField(
        help_text=f"A PNG, JPEG or WebP file of at most {MOST_BYTES // 1024**2} MB and {MOST_PIXELS // 10**6} "
        "megapixels. Its transparency is kept.",
    )
    width_percent = number_field(
        PERCENTS,
        "Width in percent",
        "Of the output's width; it becomes smaller where there is no room for that. Empty for the picture's own size, "
        "which is cut off where it does not fit.",
    )

    field_order = ("picture", "width_percent", "position", "inset", "spacing", "opacity_percent")

    def clean(self) -> dict[str, Any]:
        """Stores an upload once everything else is right; its name in the storage is what is kept."""
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("picture")
        if isinstance(upload, UploadedFile) and not self.errors:
            try:
                cleaned["picture"] = store(content_of(upload))
            except PictureError as error:
                self.add_error("picture", str(error))
        return cleaned


class PictureOverlay(PlacedOverlay):
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
        return self.stored.image() is not None

    def choose(self, output: Extent) -> Extent | None:
        """The size to draw it in."""
        image = self.stored.image()
        if image is None:
            return None
        own = Extent(*image.size)
        percent = self.options.width_percent
        return own if percent is None else share(own, percent, output, self.options.placing)

    def make(self, choice: Hashable) -> Image.Image:
        assert isinstance(choice, Extent)  # noqa: S101 - it is what `choose` returned
        image = self.stored.image()
        assert image is not None  # noqa: S101 - `choose` had it, and it is never let go
        size = (choice.width, choice.height)
        return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)

    def problems(self) -> Iterable[str]:
        try:
            load(self.options.picture)
        except PictureError as error:
            yield str(error)
