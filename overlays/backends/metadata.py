"""What answers say of an image in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from ..base import Answer, Words, Writing, fingerprint_of
from ..fields import check_text
from ..variables import HELP, field_names_in, filled, unknown_words, words_of

KEPT = {
    "": "as the output settings say",
    "nothing": "nothing",
    "rights": "who made it and whose it is",
    "all": "all that tells of the picture",
}
"""What of the file's own words goes into answers; see `processors.metadata.Keep`."""
TEXTS = ("copyright_notice", "credit", "source_address")
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataOptions:
    keep: str = ""
    copyright_notice: str = ""
    """With words in braces, like the two below; empty leaves what is there."""
    credit: str = ""
    source_address: str = ""

    def __post_init__(self) -> None:
        if self.keep not in KEPT:
            raise ValueError(f"There is no way to keep “{self.keep}”.")
        for name in TEXTS:
            check_text(name, getattr(self, name), LONGEST_TEXT)
        if not (self.keep or any(self.texts)):
            raise ValueError("nothing is written, and nothing left out.")

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in TEXTS)


def text_field(help_text: str) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=help_text,
    )


class MetadataForm(forms.Form):
    keep = forms.ChoiceField(
        label="Kept of the file's own",
        choices=list(KEPT.items()),
        required=False,
        help_text="Of EXIF, IPTC and XMP. Only answers that show the whole image hold words.",
    )
    copyright_notice = text_field(f"Such as © City Library. In place of the file's own; empty keeps that. {HELP}")
    credit = text_field("The credit line, likewise.")
    source_address = text_field(
        "Where the picture comes from, such as https://museum.example/objects/{filename}, likewise: dc:source of XMP."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in TEXTS:
            if unknown := unknown_words(cleaned.get(name) or ""):
                self.add_error(name, f"“{{{unknown[0]}}}” stands for nothing. {HELP}")
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("Say what is written, or what of the file's own is kept.")
        return cleaned


class MetadataOverlay(Writing):
    """Writes rights, credit and source into answers that show the whole image."""

    label = "Metadata"
    used_for = "Rights, credit and source, written into the files that people download."
    options_class = MetadataOptions
    form_class = MetadataForm
    options: MetadataOptions

    def __init__(self, options: MetadataOptions) -> None:
        super().__init__(options)
        self.fingerprint = fingerprint_of("metadata", options)
        variables = frozenset[str]().union(*map(words_of, options.texts))
        self.depends_on_visitor = "user" in variables
        self.depends_on_day = "date" in variables
        self.field_names = frozenset[str]().union(*map(field_names_in, options.texts))

    def fingerprint_for(self, answer: Answer) -> str:
        return fingerprint_of(self.fingerprint, self.words(answer))

    def words(self, answer: Answer) -> Words:
        notice, credit, source = (filled(text, answer).replace("\n", " ") for text in self.options.texts)
        return Words(keep=self.options.keep, copyright_notice=notice, credit=credit, source=source)
