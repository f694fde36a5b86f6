"""Regular expressions that staff write: matched in linear time, whatever they are."""

from __future__ import annotations

from typing import Protocol, cast

import re2  # type: ignore[import-untyped]

LARGEST_PROGRAM_BYTES = 1 << 20


class PatternError(ValueError):
    """A pattern is not a regular expression that can be used. The message is a sentence for staff."""


class Pattern(Protocol):
    """A compiled expression."""

    def fullmatch(self, text: str) -> object | None: ...


def compiled(pattern: str) -> Pattern:
    """The expression, ready to match whole identifiers; raises `PatternError`."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = LARGEST_PROGRAM_BYTES
    try:
        return cast(Pattern, re2.compile(pattern, options))
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(f"This is not a regular expression that can be used here: {text}.") from error
