"""One request's conversation with the site's delegate."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, TypeVar

from iiifserver.conf import conf
from iiifserver.iiif.errors import DelegateUnavailable, IIIFError, ReducedOnly
from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.values import FULL_SCALE, ApiVersion, Box

from .answers import (
    InvalidAnswer,
    Location,
    address_of,
    enforce,
    extra_keys_of,
    location_of,
    meta_identifier_of,
    meta_text_of,
    overlay_of,
    path_of,
    redactions_of,
    source_name_of,
    xmp_of,
)
from .calls import CallTooSlow, Lane
from .context import Context
from .delegate import LOOKUPS, OTHER_LOOKUP, Delegate, MetaParts, overridden
from .loading import DelegateError, Loader

logger = logging.getLogger("iiifserver.delegates")

T = TypeVar("T")

PROTECTING = ("pre_authorize", "authorize", "redactions")
MEANINGS = {"filesystem": path_of, "http": address_of, "azure": address_of}
"""From a kind of source to what its lookup returns, where that may be a whole path or address."""
SHAPING = ("overlay", "redactions", "metadata")
"""What changes a picture though neither the image nor a setting has changed."""
EXTRA_KEYS = {
    ApiVersion.V2: "extra_iiif2_information_response_keys",
    ApiVersion.V3: "extra_iiif3_information_response_keys",
}


class Consultation:
    """The delegate's instance for one request, asked one thing after the other.

    A method that fails, takes too long or returns what it does not promise is logged, and `DelegateUnavailable` is
    raised: what the delegate was to decide stays closed.
    """

    def __init__(self, delegate: Delegate, lane: Lane, timeout_seconds: float) -> None:
        self._delegate = delegate
        self._lane = lane
        self._timeout_seconds = timeout_seconds
        self.cache_control: str | None = None
        """The header Cache-Control that the delegate wants; what it said last."""

    @property
    def depends_on_visitor(self) -> bool:
        """Whether answers are for one visitor alone."""
        return self._delegate.depends_on_visitor

    @property
    def protects(self) -> bool:
        """Whether the delegate decides what may be seen."""
        return any(self.has(method) for method in PROTECTING)

    @property
    def shapes_pictures(self) -> bool:
        """Whether the same request may get another picture though neither the image nor a setting has changed."""
        return any(self.has(method) for method in SHAPING)

    @property
    def requires_overlay(self) -> bool:
        """Whether a picture may not be shown without what the delegate wishes drawn on it."""
        return self._delegate.requires_overlay

    def learn(self, **known: Any) -> None:
        """Adds to the context what has become known."""
        self._delegate.context = replace(self._delegate.context, **known)

    def has(self, method: str) -> bool:
        """Whether the site wrote this method."""
        return overridden(type(self._delegate), method)

    def pre_authorize(self) -> None:
        """Raises the error that the answer means, unless it lets the visitor in."""
        self._permit("pre_authorize")

    def authorize(self) -> None:
        """Raises the error that the answer means, unless it lets the visitor in."""
        self._permit("authorize")

    def source(self) -> str | None:
        """The name of the source that is to be asked; `None` for all of them in order."""
        return self._ask("source", source_name_of) if self.has("source") else None

    def location(self, kind: str) -> Location | None:
        """Where a source of this kind has the image; `None`: nowhere."""
        return self._ask(LOOKUPS.get(kind, OTHER_LOOKUP), MEANINGS.get(kind, location_of))

    def redactions(self) -> tuple[Box, ...]:
        """What is to be covered, in pixels of the full image."""
        return self._ask("redactions", redactions_of) if self.has("redactions") else ()

    def overlay(self) -> dict[str, Any] | None:
        """What is to be drawn, by the keys of `TextOverlay` or `PictureOverlay`; `None` for nothing.

        Nothing where the delegate fails, unless it requires its overlay.
        """
        if not self.has("overlay"):
            return None
        try:
            return self._ask("overlay", overlay_of)
        except DelegateUnavailable:
            if self.requires_overlay:
                raise
            return None

    def metadata(self) -> str | None:
        """The XMP that the answer is to carry; `None` for what the settings say, and where the delegate fails, since it
        protects nothing.
        """
        if not self.has("metadata"):
            return None
        try:
            return self._ask("metadata", xmp_of)
        except DelegateUnavailable:
            return None

    @property
    def reads_meta_identifiers(self) -> bool:
        """Whether the site has a grammar of its own for meta-identifiers."""
        return self.has("deserialize_meta_identifier")

    @property
    def writes_meta_identifiers(self) -> bool:
        """Whether addresses of other pages and scales can be written in that grammar."""
        return self.has("serialize_meta_identifier")

    def read_meta_identifier(self, text: str) -> MetaIdentifier:
        """What a meta-identifier says in the site's own grammar."""
        return self._ask("deserialize_meta_identifier", meta_identifier_of, text)

    def written_meta_identifier(self, meta: MetaIdentifier) -> str:
        """The text that says this; raises `DelegateUnavailable` when it would not be read as the same."""
        text = self._ask("serialize_meta_identifier", meta_text_of, parts_of(meta))
        if not is_same(self.read_meta_identifier(text), meta):
            logger.error("The delegate reads %r as something else than what it was to write so.", text)
            raise unavailable()
        return text

    def extra_keys(self, version: ApiVersion) -> dict[str, Any]:
        """What is added to an info.json; nothing where the delegate fails, since these protect nothing."""
        method = EXTRA_KEYS.get(version)
        if method is None or not self.has(method):
            return {}
        try:
            return self._ask(method, extra_keys_of)
        except DelegateUnavailable:
            return {}

    def _permit(self, method: str) -> None:
        if not self.has(method):
            return
        try:
            self.cache_control = self._ask(method, enforce) or self.cache_control
        except ReducedOnly as error:
            # Who asks for that scale already, or for less, would be sent round in a circle.
            if Fraction(*self._delegate.context.scale_constraint) > error.scale:
                raise

    def _ask(self, method: str, meaning_of: Callable[[object], T], *arguments: object) -> T:
        try:
            answer = self._lane.run(partial(getattr(self._delegate, method), *arguments), self._timeout_seconds)
            return meaning_of(answer)
        except IIIFError:
            raise
        except CallTooSlow as error:
            logger.error("The delegate's %s did not answer within %g seconds.", method, self._timeout_seconds)
            raise unavailable() from error
        except InvalidAnswer as error:
            logger.error("The delegate's %s returned what it may not. %s", method, error)
            raise unavailable() from error
        except Exception as error:
            # The site's own code may raise anything.
            logger.exception("The delegate's %s failed.", method)
            raise unavailable() from error


def parts_of(meta: MetaIdentifier) -> MetaParts:
    """What the delegate is given to write, without what goes without saying."""
    parts: MetaParts = {"identifier": meta.identifier.value}
    if meta.page is not None:
        parts["page_number"] = meta.page
    if meta.scale != FULL_SCALE:
        parts["scale_constraint"] = meta.scale.as_integer_ratio()
    return parts


def is_same(one: MetaIdentifier, other: MetaIdentifier) -> bool:
    """Whether both name the same page of the same image in the same scale, however they are written."""
    return (one.identifier, one.page or 1, one.scale) == (other.identifier, other.page or 1, other.scale)


class SiteDelegate:
    """The delegate of this site, for all requests of this process."""

    def __init__(self, name: str, timeout_seconds: float) -> None:
        self.loader = Loader(name)
        self._timeout_seconds = timeout_seconds
        self._lane = Lane()

    def begin(self, context: Context) -> Consultation:
        """A conversation of its own for one request; raises `DelegateUnavailable` when there is no working delegate."""
        try:
            delegate_class = self.loader.newest()
        except DelegateError as error:
            raise unavailable() from error
        try:
            delegate = delegate_class()
        except Exception as error:
            # The site's own code may raise anything.
            logger.exception("The delegate could not be made.")
            raise unavailable() from error
        delegate.context = context
        return Consultation(delegate, self._lane, self._timeout_seconds)


def unavailable() -> DelegateUnavailable:
    return DelegateUnavailable("Whether and where this image is cannot be told at present.")


def site_delegate() -> SiteDelegate | None:
    """The delegate that the fence names; `None` where it names none."""
    return shared(conf.delegate, conf.delegate_timeout_seconds) if conf.delegate else None


@lru_cache(maxsize=4)
def shared(name: str, timeout_seconds: float) -> SiteDelegate:
    """The one of this process, so that its threads and its class outlive a change of the settings."""
    return SiteDelegate(name, timeout_seconds)
