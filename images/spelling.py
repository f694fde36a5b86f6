"""Identifiers as staff type them: as they are, which is not always as they stand in an address."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from iiifserver.delegates import Context
from iiifserver.delegates.consultation import site_delegate
from iiifserver.iiif.errors import BadRequest, DelegateUnavailable
from iiifserver.iiif.paths import parse_decoded_path

from .grammar import Grammar, grammar_by
from .models import EndpointSettings, HttpSettings

SCHEME = "://"
BELOW_SERVICE = re.compile(r"/[123]/([^?#]+)")


def judge_spelling(sender: Any, *, identifier: str, **kwargs: Any) -> str | None:
    """Listens to `identifier_typed`: what to write instead, where addresses name no image by this spelling."""
    try:
        meant = meant_by(identifier, grammar_in_rows())
    except BadRequest as error:
        return error.sentence
    except DelegateUnavailable:
        return None
    if meant == identifier:
        return None
    if SCHEME in identifier:
        return as_it_is(meant)
    return f"{as_it_is(meant)} An image that is really called “{identifier}” is named by a pattern."


def as_it_is(identifier: str) -> str:
    """What to tell somebody who has typed another spelling of this identifier."""
    return f"Type the identifier as it is, not as it stands in an address: “{identifier}”."


def meant_by(text: str, grammar: Grammar) -> str:
    """The identifier of the image that an address with this text in it names. Raises `BadRequest`, or an error of the
    delegate.
    """
    return grammar.read(decoded(text, grammar.slash_substitute)).identifier.value


def decoded(text: str, slash_substitute: str) -> str:
    """The meta-identifier in a whole address, or in a piece of one; what is neither stays as it is. Raises
    `BadRequest` for an address that cannot be one of an image.
    """
    found = below_service(text) if SCHEME in text else unquote(text)
    return found.replace(slash_substitute, "/") if slash_substitute else found


def below_service(address: str) -> str:
    below = BELOW_SERVICE.search(address)
    if below is None:
        raise BadRequest("Type the identifier of the image, such as scans/0042.tif, not an address.")
    return parse_decoded_path(unquote(below[1])).identifier.value


def grammar_in_rows() -> Grammar:
    """As the rows have it now, of which the runtime may not know yet. Raises `DelegateUnavailable`."""
    delegate = site_delegate()
    consultation = delegate.begin(Context()) if delegate else None
    return grammar_by(consultation, EndpointSettings.current().meta_delimiter, HttpSettings.current().slash_substitute)
