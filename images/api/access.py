"""Who calls, and whether they may: a token, or the name and password of an account."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from django.contrib.auth import authenticate
from django.http import HttpRequest

from ..jobs.tokens import ApiToken, valid_token

REALM = "IIIF image server"
Right = Literal["may_purge", "may_tell_changes", "may_read_numbers"]


class Refusal(Exception):
    """A call is not answered as it was meant."""

    def __init__(self, status: HTTPStatus, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    name: str
    """For the log."""
    account: Any = None
    """`None` where a token was shown."""


def caller_with_token(request: HttpRequest, right: Right) -> Caller:
    """Who shows a token with that right, which may stand in the place of a password: services that send news know no
    other way. Raises `Refusal`.
    """
    scheme, text = credentials(request)
    if scheme == "basic":
        return bearer(decoded(text).partition(":")[2], right)
    if scheme != "bearer":
        raise unknown("Bearer", "Show a token in the header Authorization: Bearer …")
    return bearer(text, right)


def caller(request: HttpRequest, right: Right, permission: str, *, takes_accounts: bool) -> Caller:
    """Who shows a token with that right, or signs in to an account with that permission; raises `Refusal`."""
    scheme, text = credentials(request)
    if scheme == "bearer":
        return bearer(text, right)
    if not takes_accounts:
        raise unknown("Bearer", "Show a token in the header Authorization: Bearer …")
    if scheme != "basic":
        raise unknown("Basic", "Show a token, or the name and the password of an account.")
    return basic(request, text, permission)


def credentials(request: HttpRequest) -> tuple[str, str]:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), text.strip()


def bearer(text: str, right: Right) -> Caller:
    token: ApiToken | None = valid_token(text)
    if token is None:
        raise unknown("Bearer", "This token is not known here, or is over.")
    if not getattr(token, right):
        raise Refusal(HTTPStatus.FORBIDDEN, "This token is not for that: its rights stand in the admin, under Tokens.")
    return Caller(f"the token “{token.name}”")


def basic(request: HttpRequest, text: str, permission: str) -> Caller:
    name, _, password = decoded(text).partition(":")
    user = authenticate(request, username=name, password=password) if name and password else None
    if user is None:
        raise unknown("Basic", "There is no such account, or this is not its password.")
    # An account object of a site's own need not know permissions.
    account: Any = user
    if not account.has_perm(permission):
        raise Refusal(HTTPStatus.FORBIDDEN, "This account may not purge caches: an administrator may let it.")
    return Caller(account.get_username(), account)


def decoded(text: str) -> str:
    """Name and password; a name alone where it is nothing of the kind."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def unknown(scheme: str, sentence: str) -> Refusal:
    charset = ', charset="UTF-8"' if scheme == "Basic" else ""
    return Refusal(HTTPStatus.UNAUTHORIZED, sentence, WWW_Authenticate=f'{scheme} realm="{REALM}"{charset}')
