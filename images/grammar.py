"""How the identifiers in addresses are read and written: our way, or that of the site's delegate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import unquote

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.meta_identifier import (
    MetaIdentifier,
    normal_spelling,
    read_meta_identifier,
    with_page,
    with_scale,
)
from iiifserver.iiif.paths import encode_identifier
from iiifserver.iiif.values import Identifier

if TYPE_CHECKING:
    from iiifserver.delegates.consultation import Consultation

    from .runtime import Runtime

FIRST_PAGE = 1


class Grammar(ABC):
    """What stands behind an identifier, and how. A raw meta-identifier is percent-encoded."""

    slash_substitute: str
    """What stands for a slash in raw meta-identifiers; empty: nothing does."""

    @abstractmethod
    def naming(self, identifier: str) -> str:
        """The raw meta-identifier of all of an image. Raises an error of the delegate."""

    @property
    @abstractmethod
    def writes(self) -> bool:
        """Whether there are addresses of other pages and scales."""

    @abstractmethod
    def read(self, decoded: str) -> MetaIdentifier:
        """What a decoded meta-identifier says. Raises `BadRequest`, or an error of the delegate."""

    @abstractmethod
    def normal(self, raw: str) -> str:
        """How it is published."""

    @abstractmethod
    def with_page(self, raw: str, page: int) -> str:
        """The same, which names no page yet, with this page."""

    @abstractmethod
    def with_scale(self, raw: str, scale: Fraction) -> str:
        """The same with this scale in place of its own."""


@dataclass(frozen=True, slots=True)
class StandardGrammar(Grammar):
    """`identifier[;page][;num:den]`; see `iiifserver.iiif.meta_identifier`."""

    delimiter: str
    """Empty: all of it is the identifier."""
    slash_substitute: str = ""

    def naming(self, identifier: str) -> str:
        return raw(self.plain(identifier), self.slash_substitute)

    def plain(self, identifier: str) -> str:
        """The meta-identifier of all of an image: one whose name ends like a page is asked for with its page."""
        try:
            is_plain = self.read(identifier).identifier.value == identifier
        except BadRequest:
            is_plain = False
        return identifier if is_plain else f"{identifier}{self.delimiter}{FIRST_PAGE}"

    @property
    def writes(self) -> bool:
        return bool(self.delimiter)

    def read(self, decoded: str) -> MetaIdentifier:
        return read_meta_identifier(decoded, self.delimiter)

    def normal(self, raw: str) -> str:
        return normal_spelling(raw, self.delimiter)

    def with_page(self, raw: str, page: int) -> str:
        return with_page(raw, self.delimiter, page)

    def with_scale(self, raw: str, scale: Fraction) -> str:
        return with_scale(raw, self.delimiter, scale)


@dataclass(frozen=True, slots=True)
class SiteGrammar(Grammar):
    """As the methods `deserialize_meta_identifier` and `serialize_meta_identifier` say. Whatever they read is published
    as it was written.
    """

    consultation: Consultation
    slash_substitute: str = ""

    def naming(self, identifier: str) -> str:
        if not self.writes:
            return raw(identifier, self.slash_substitute)
        return self._written(MetaIdentifier(Identifier(identifier)))

    @property
    def writes(self) -> bool:
        return self.consultation.writes_meta_identifiers

    def read(self, decoded: str) -> MetaIdentifier:
        return self.consultation.read_meta_identifier(decoded)

    def normal(self, raw: str) -> str:
        return raw

    def with_page(self, raw: str, page: int) -> str:
        return self._written(replace(self._said(raw), page=page))

    def with_scale(self, raw: str, scale: Fraction) -> str:
        return self._written(replace(self._said(raw), scale=scale))

    def _said(self, raw: str) -> MetaIdentifier:
        text = unquote(raw)
        return self.read(text.replace(self.slash_substitute, "/") if self.slash_substitute else text)

    def _written(self, meta: MetaIdentifier) -> str:
        text = self.consultation.written_meta_identifier(meta)
        return raw(text, self.slash_substitute)


def raw(text: str, slash_substitute: str) -> str:
    """The text as one segment of an address, with what stands for a slash where proxies let none through."""
    return encode_identifier(text.replace("/", slash_substitute) if slash_substitute else text)


def grammar_of(runtime: Runtime) -> Grammar:
    """The one by which requests under this runtime are read."""
    return grammar_by(runtime.consultation, runtime.endpoints.meta_delimiter, runtime.http.slash_substitute)


def grammar_by(consultation: Consultation | None, delimiter: str, slash_substitute: str) -> Grammar:
    """The delegate's, where it has one; else our own."""
    if consultation is not None and consultation.reads_meta_identifiers:
        return SiteGrammar(consultation, slash_substitute)
    return StandardGrammar(delimiter, slash_substitute)
