"""What answers say of an image in words: the output settings, and the rules that go before them. No Django."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from processors.metadata import Keep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overlays.base import Words
    from processors.output import Output


def with_words(output: Output, rules: Iterable[Words]) -> Output:
    """The output settings as the rules change them, the last one going before the others."""
    for words in rules:
        own = output.metadata
        changed = replace(
            own,
            keep=Keep(words.keep) if words.keep else own.keep,
            copyright_notice=as_it_stands(words.copyright_notice) or own.copyright_notice,
            credit=as_it_stands(words.credit) or own.credit,
            source=as_it_stands(words.source) or own.source,
        )
        output = replace(output, metadata=changed)
    return output


def as_it_stands(text: str) -> str:
    """The text for settings in which braces stand for something."""
    return text.replace("{", "{{").replace("}", "}}")
