"""What staff choose of how a processor gets at images that are no files of this machine."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Any

from django import forms

MEGABYTE = 1_000_000


class Retrieval(enum.Enum):
    """What is done about an image that is no file on this machine. The value is the word that is stored."""

    STREAM = "stream"
    DOWNLOAD = "download"
    CACHE = "cache"
    REFUSE = "refuse"


WORDS = {
    Retrieval.STREAM: "read what is needed from where it is",
    Retrieval.CACHE: "keep the whole file in the source cache",
    Retrieval.DOWNLOAD: "fetch the whole file for each picture",
    Retrieval.REFUSE: "do not read it",
}


@dataclass(frozen=True, slots=True)
class RetrievalRule:
    """What staff have chosen."""

    way: Retrieval
    most_bytes: int
    fallback: Retrieval = Retrieval.DOWNLOAD
    """What is done where a file cannot be kept in the source cache."""

    @property
    def uncached(self) -> Retrieval:
        """What is done without a source cache."""
        return self.fallback if self.way is Retrieval.CACHE else self.way

    @property
    def for_headers(self) -> RetrievalRule:
        """The same for who reads no more than the beginning of a file: it is not fetched for that."""
        return self if self.uncached is Retrieval.REFUSE else replace(self, way=Retrieval.STREAM)

    @property
    def for_files(self) -> RetrievalRule:
        """The same for a library that reads nothing but files."""
        way, fallback = (Retrieval.DOWNLOAD if one is Retrieval.STREAM else one for one in (self.way, self.fallback))
        return replace(self, way=way, fallback=fallback)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalOptions:
    """The options that every processor has which lets staff choose."""

    retrieval: str = Retrieval.STREAM.value
    fallback: str = Retrieval.STREAM.value
    download_megabytes: int = 2000

    def __post_init__(self) -> None:
        if Retrieval(self.fallback) is Retrieval.CACHE:
            raise ValueError("The second choice cannot be the source cache.")
        Retrieval(self.retrieval)

    @property
    def rule(self) -> RetrievalRule:
        return RetrievalRule(
            Retrieval(self.retrieval), self.download_megabytes * MEGABYTE, fallback=Retrieval(self.fallback)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingOptions(RetrievalOptions):
    """The same for a processor that reads files from beginning to end, and does so for each picture."""

    retrieval: str = Retrieval.CACHE.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions(KeepingOptions):
    """The same for a library that reads nothing but files."""

    fallback: str = Retrieval.DOWNLOAD.value


class RetrievalForm(forms.Form):
    """The fields for a library that can read what it needs from where it is, and needs only a part."""

    retrieval = forms.ChoiceField(
        label="Images from elsewhere",
        choices=[(way.value, words) for way, words in WORDS.items()],
        initial=Retrieval.STREAM.value,
        help_text="What to do about images that are not files of this machine, such as those behind an address or in a "
        "bucket. A whole file pays where most of it is needed, or where the other side answers slowly. The source "
        "cache stands under Caches.",
    )
    fallback = forms.ChoiceField(
        label="Where it cannot be kept",
        choices=[(way.value, words) for way, words in WORDS.items() if way is not Retrieval.CACHE],
        initial=Retrieval.STREAM.value,
        help_text="What to do instead of keeping a file in the source cache: where there is none, where its disk is "
        "full, and for files that are too large for it.",
    )
    download_megabytes = forms.IntegerField(
        label="Largest file to fetch (MB)",
        min_value=1,
        max_value=1_000_000,
        initial=2000,
        help_text="Larger files are not kept in the source cache, and are refused where the whole file would have to "
        "be fetched without it.",
    )


class KeepingForm(RetrievalForm):
    """The fields for a processor that reads files from beginning to end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retrieval"].initial = Retrieval.CACHE.value


class FileRetrievalForm(KeepingForm):
    """The fields for a library that reads nothing but files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("retrieval", "fallback"):
            field: Any = self.fields[name]
            field.choices = [choice for choice in field.choices if choice[0] != Retrieval.STREAM.value]
        self.fields["fallback"].initial = Retrieval.DOWNLOAD.value
        self.fields["retrieval"].help_text = (
            "What to do about images that are not files of this machine, such as those behind an address or in a "
            "bucket. The source cache stands under Caches. What this processor does not read is left to the next one."
        )
