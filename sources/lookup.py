"""From an identifier to the name under which a source looks. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from iiifserver.patterns import Pattern

IDENTIFIER = "identifier"
DIGESTS = {"hash": "sha256", "sha256": "sha256", "sha1": "sha1", "md5": "md5"}
"""The words of a template that stand for a digest, and the algorithm of each."""

PIECE = re.compile(
    r"(?P<escaped>\{\{|\}\})|\{(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<digits>[0-9]+))?\}|(?P<brace>[{}])"
)
STEP_ENDS = re.compile(r"[/\\]")


class TemplateError(ValueError):
    """A template makes no names. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An identifier that a source answers for."""

    identifier: str
    """What is left of it for the lookup."""
    groups: Mapping[str, str]
    """What the named groups of the source's pattern hold."""


class Scope(Protocol):
    """Which identifiers a source answers for."""

    def claim(self, identifier: str) -> Claim | None:
        """What the lookup begins with, or `None` where the identifier is not the source's."""


@dataclass(frozen=True, slots=True)
class Everything:
    """Every identifier."""

    def claim(self, identifier: str) -> Claim | None:
        return Claim(identifier, {})


@dataclass(frozen=True, slots=True)
class WithPrefix:
    """Those that begin with a text, and do not end with it."""

    prefix: str
    is_kept: bool = False
    """Whether the prefix is part of what is looked up."""

    def claim(self, identifier: str) -> Claim | None:
        rest = identifier.removeprefix(self.prefix)
        if not rest or not identifier.startswith(self.prefix):
            return None
        return Claim(identifier if self.is_kept else rest, {})


@dataclass(frozen=True, slots=True)
class Fitting:
    """Those that fit a pattern as a whole."""

    pattern: Pattern

    def claim(self, identifier: str) -> Claim | None:
        groups = self.pattern.groups(identifier)
        return None if groups is None else Claim(identifier, groups)


class Lookup(Protocol):
    """How a name is made of an identifier."""

    def name(self, claim: Claim) -> str | None:
        """The path, key or name; `None` where it would lead somewhere else."""


@dataclass(frozen=True, slots=True)
class Affixes:
    """The identifier with a text before and behind it."""

    prefix: str = ""
    suffix: str = ""

    def name(self, claim: Claim) -> str | None:
        return unless_climbing(f"{self.prefix}{claim.identifier}{self.suffix}")


@dataclass(frozen=True, slots=True)
class Word:
    """A place in a template that an identifier fills."""

    word: str
    digits: int | None = None
    """How many digits of a digest; `None` for all of them, and for what is no digest."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for the identifier, for groups of the pattern and for digits of a digest.

    A digest is that of the bytes of `{identifier}` in UTF-8, in small hexadecimal digits. Each `{hash:2}` takes the
    next two, so that `{hash:2}/{hash:2}/{hash}` is `d2/a8/d2a84f…`; one without a number is the whole digest.
    """

    pieces: tuple[str | Word, ...]

    def name(self, claim: Claim) -> str | None:
        taken = dict.fromkeys(DIGESTS, 0)
        texts = []
        for piece in self.pieces:
            if isinstance(piece, str):
                texts.append(piece)
            elif piece.word in DIGESTS:
                texts.append(digits_of(claim.identifier, piece, taken))
            else:
                texts.append(claim.identifier if piece.word == IDENTIFIER else claim.groups[piece.word])
        return unless_climbing("".join(texts))

    def identifier_in(self, name: str) -> str | None:
        """The identifier of which the template makes that name; `None` where it makes it of none, and where the
        template has words in it that an identifier does not tell.
        """
        if any(isinstance(piece, Word) and piece.word not in {IDENTIFIER, *DIGESTS} for piece in self.pieces):
            return None
        found = re.fullmatch("".join(backwards(self.pieces)), name, re.DOTALL)
        identifier = found[IDENTIFIER] if found and IDENTIFIER in found.groupdict() else None
        return identifier if identifier and self.name(Claim(identifier, {})) == name else None


def backwards(pieces: Iterable[str | Word]) -> Iterator[str]:
    """A regular expression for the names that such pieces make; whether the digits are right is not for it to say."""
    is_first = True
    for piece in pieces:
        if isinstance(piece, str):
            yield re.escape(piece)
        elif piece.word in DIGESTS:
            yield "[0-9a-f]+" if piece.digits is None else f"[0-9a-f]{{{piece.digits}}}"
        elif is_first:
            yield f"(?P<{IDENTIFIER}>.+)"
            is_first = False
        else:
            yield f"(?P={IDENTIFIER})"


def digits_of(identifier: str, piece: Word, taken: dict[str, int]) -> str:
    """The next digits of a digest; notes how many were taken."""
    data = identifier.encode("utf-8", "surrogateescape") if is_encodable(identifier) else b""
    digest = hashlib.new(DIGESTS[piece.word], data, usedforsecurity=False).hexdigest()
    if piece.digits is None:
        return digest
    start = taken[piece.word]
    taken[piece.word] = start + piece.digits
    return digest[start : start + piece.digits]


def is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def unless_climbing(name: str) -> str | None:
    """The name, unless a step of it stays or goes up; a backslash may be a slash to whoever reads it."""
    return None if any(step in {".", ".."} for step in STEP_ENDS.split(name)) else name


def parsed_template(text: str, group_names: frozenset[str] = frozenset()) -> Template:
    """The template of a text; a brace that stands for itself is doubled. Raises `TemplateError`."""
    pieces: list[str | Word] = []
    end = 0
    for found in PIECE.finditer(text):
        pieces.append(text[end : found.start()])
        pieces.append(found["escaped"][0] if found["escaped"] else word_of(found, group_names))
        end = found.end()
    pieces.append(text[end:])
    if not any(isinstance(piece, Word) for piece in pieces):
        raise TemplateError("The template names no part of the identifier: write {identifier} where it belongs.")
    check_digits(pieces)
    return Template(tuple(piece for piece in pieces if piece))


def word_of(found: re.Match[str], group_names: frozenset[str]) -> Word:
    if found["brace"]:
        raise TemplateError("A brace is alone: write two for one that stands for itself.")
    word, digits = found["word"], found["digits"]
    if word not in {IDENTIFIER, *DIGESTS, *group_names}:
        raise TemplateError(f"There is no “{word}”: {', '.join(known_words(group_names))} can stand in braces.")
    if digits is not None and word not in DIGESTS:
        raise TemplateError(f"Only digests have digits: write {{{word}}}.")
    return Word(word, None if digits is None else int(digits))


def known_words(group_names: frozenset[str]) -> list[str]:
    return [IDENTIFIER, *sorted(group_names), *(f"{word}:2" for word in DIGESTS)]


def check_digits(pieces: list[str | Word]) -> None:
    """Refuses a template that takes more digits than a digest has, or none."""
    for word, algorithm in DIGESTS.items():
        counts = [
            piece.digits
            for piece in pieces
            if isinstance(piece, Word) and piece.word == word and piece.digits is not None
        ]
        length = hashlib.new(algorithm, usedforsecurity=False).digest_size * 2
        if 0 in counts or sum(counts) > length:
            raise TemplateError(f"Take at least 1 and altogether at most {length} digits of {{{word}}}.")
