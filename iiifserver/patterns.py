"""Regular expressions that staff write: matched in linear time, whatever they are."""

from __future__ import annotations

from typing import Any

import re2  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError

LARGEST_PROGRAM_BYTES = 1 << 20


class PatternError(ValueError):
    """A pattern is not a regular expression that can be used. The message is a sentence for staff."""


class Pattern:
    """A compiled expression."""

    def __init__(self, expression: Any) -> None:
        self._expression = expression

    @property
    def group_names(self) -> frozenset[str]:
        return frozenset(self._expression.groupindex)

    def groups(self, text: str) -> dict[str, str] | None:
        """The named groups of a text that fits as a whole, those that took no part as empty texts; `None` for one
        that does not fit.

        What is no Unicode in the text counts as some character.
        """
        try:
            match = self._expression.fullmatch(text)
        except UnicodeEncodeError:
            match = self._expression.fullmatch(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
        return None if match is None else {name: found or "" for name, found in match.groupdict().items()}

    def fits(self, text: str) -> bool:
        return self.groups(text) is not None


def compiled(pattern: str) -> Pattern:
    """The expression, ready to match whole identifiers; raises `PatternError`."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = LARGEST_PROGRAM_BYTES
    try:
        return Pattern(re2.compile(pattern, options))
    except re2.error as error:
        reason = error.args[0]
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(f"This is not a regular expression that can be used here: {text}.") from error


def check_pattern(pattern: str) -> None:
    """Refuses, for a model's field, what is not a regular expression."""
    try:
        compiled(pattern)
    except PatternError as error:
        raise ValidationError(str(error)) from error
