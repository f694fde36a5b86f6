"""Images on a web server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django import forms

from iiifserver.conf import conf
from iiifserver.outbound.client import ClientSettings, HttpClient
from iiifserver.outbound.fence import OutOfBounds, current_fence
from iiifserver.secrets import SecretField, is_secret

from ..base import Place
from ..http_headers import basic, checked_header, headers_of, revealed_headers
from ..ranged.form import RemoteForm, SecretText
from ..ranged.http_remote import AskingMode, HttpRemote, Limits
from ..ranged.names import climbs
from ..ranged.remote import Remote
from ..ranged.source import MEGABYTE, RemoteOptions, RemoteSource

LONGEST_URL = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions(RemoteOptions):
    base_url: str
    mode: str = AskingMode.AUTO.value
    username: str = ""
    password: str = ""
    bearer_token: str = ""
    headers: str = ""
    """Lines of `Name: value`; a value may be `env:NAME`."""
    proxy: str = ""
    proxy_login: str = ""
    certificate_authority: str = ""
    is_unverified: bool = False
    most_redirects: int = 5

    def __post_init__(self) -> None:
        # `super` without arguments does not find its class in a dataclass with slots.
        RemoteOptions.__post_init__(self)
        if not all(isinstance(getattr(self, name), str) for name in HTTP_TEXTS):
            raise TypeError("The base address and all that is typed are texts.")
        refusal = refusal_of_base(self.base_url)
        if refusal:
            raise ValueError(refusal)
        AskingMode(self.mode)


HTTP_TEXTS = (
    "base_url",
    "mode",
    "username",
    "password",
    "bearer_token",
    "headers",
    "proxy",
    "proxy_login",
    "certificate_authority",
)


class HeadersField(SecretField):
    """Lines of headers, stored as one secret."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=SecretText(), **kwargs)

    def clean(self, value: Any) -> Any:
        if not value or is_secret(value):
            return super().clean(value)
        try:
            revealed_headers(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        # A first word would be taken for the name of a variable that holds everything.
        return super().clean(value.strip())


class HttpForm(RemoteForm):
    base_url = forms.CharField(
        label="Base address",
        help_text="What stands in front of every name, such as https://images.example.org/scans/. A query, as in "
        "…/scans/?key=value, stays behind the name. Private networks are closed unless the settings open them "
        "(IIIFSERVER_PRIVATE_NETWORKS).",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    mode = forms.ChoiceField(
        label="How to ask",
        choices=[
            (AskingMode.AUTO.value, "Find out: a ranged GET first"),
            (AskingMode.HEAD.value, "HEAD, then ranged GETs"),
            (AskingMode.RANGED.value, "Only ranged GETs"),
            (AskingMode.WHOLE.value, "One GET for the whole image"),
        ],
        initial=AskingMode.AUTO.value,
        help_text="“Find out” suits nearly every server, also those that forbid HEAD or know no ranges.",
    )
    username = forms.CharField(
        label="User name", required=False, help_text="For Basic authentication. Usually empty.", max_length=200
    )
    password = SecretField(label="Password", required=False, help_text="Goes with the user name; may be env:NAME.")
    bearer_token = SecretField(
        label="Bearer token", required=False, help_text="Sent as Authorization: Bearer …; may be env:NAME."
    )
    headers = HeadersField(
        label="Own headers",
        required=False,
        help_text="Sent with every request to this server, one in a line, such as X-Api-Key: env:IIIF_SECRET_KEY. They "
        "are stored encrypted and not shown again.",
    )
    proxy = forms.CharField(
        label="Proxy",
        required=False,
        help_text="http://host:port of a proxy that all requests go through. Usually empty. With a proxy it is the "
        "proxy that finds out where a name leads, and that decides what may be reached: give it rules of its own.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    proxy_login = SecretField(
        label="Login for the proxy",
        required=False,
        help_text="User name and password with a colon between them; may be env:NAME. Empty where it asks for none.",
    )
    certificate_authority = forms.CharField(
        label="Certificate authority",
        required=False,
        strip=False,
        help_text="The certificate of an authority of your own, in PEM. Usually empty.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )
    is_unverified = forms.BooleanField(
        label="Trust any certificate",
        required=False,
        help_text="Dangerous: whoever sits on the line can then read the password and give out pictures of their own. "
        "Paste the certificate of the authority instead, if you can.",
    )
    most_redirects = forms.IntegerField(
        label="Redirects",
        initial=5,
        min_value=0,
        max_value=20,
        help_text="How many are followed for one image. Passwords, tokens and own headers go to no other server.",
    )
    field_order = ["base_url", "mode", "username", "password", "bearer_token", "headers"]

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"]
        refusal = refusal_of_base(base_url)
        if refusal:
            raise forms.ValidationError(refusal)
        return base_url

    def clean_proxy(self) -> str:
        proxy: str = self.cleaned_data["proxy"]
        if proxy and (urlsplit(proxy).username or urlsplit(proxy).password):
            raise forms.ValidationError("Write the login into its own field, where it is encrypted.")
        return proxy


class HttpSource(RemoteSource):
    """Adds a name to a base address and asks for what is there."""

    label = "HTTP"
    used_for = "Images on a web server, read over HTTP or HTTPS by the pieces that are needed."
    secret_options = frozenset({"password", "bearer_token", "headers", "proxy_login"})
    options_class = HttpOptions
    form_class = HttpForm
    options: HttpOptions

    def __init__(self, options: HttpOptions) -> None:
        super().__init__(options, conf.home / "pieces")
        self._client = HttpClient(client_settings(options))
        self._private = private_headers(options)
        self._limits = Limits(AskingMode(options.mode), options.largest_whole_megabytes * MEGABYTE)

    def remote(self, place: Place) -> Remote | None:
        url = place.details.get("url") or url_of(self.options.base_url, place.name)
        if url is None or len(url) > LONGEST_URL:
            return None
        return HttpRemote(self._client, url, self._headers_for(place, url), self._limits)

    def _headers_for(self, place: Place, url: str) -> Mapping[str, str]:
        """What goes to the server of this image: the row's own, unless the delegate leads to a server of its own."""
        is_elsewhere = urlsplit(url)[:2] != urlsplit(self.options.base_url)[:2]
        return {**({} if is_elsewhere else self._private), **headers_of(place.details)}

    def problems(self) -> Iterable[str]:
        try:
            current_fence().check(self.options.base_url)
        except OutOfBounds as error:
            yield f"{error} Change the base address, or the settings."


def url_of(base_url: str, name: str) -> str | None:
    """The address of an image; `None` for a name that is none, or that would lead out of the base."""
    if climbs(name) or "\0" in name:
        return None
    try:
        escaped = quote(name, safe="/!$&'()*,;=:@~")
    except UnicodeEncodeError:
        return None
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=f"{parts.path or '/'}{escaped}", fragment=""))


def refusal_of_base(base_url: str) -> str:
    """Why an address cannot be a base, in a sentence that does not repeat it; empty when it can."""
    if any(ord(letter) < 33 or ord(letter) == 127 for letter in base_url):
        return "Write an address without spaces, such as https://images.example.org/scans/."
    try:
        parts = current_fence().check(base_url)
    except OutOfBounds as error:
        return str(error)
    if parts.username or parts.password:
        return "Write user name and password into their own fields, where they are encrypted, not into the address."
    return ""


def client_settings(options: HttpOptions) -> ClientSettings:
    return ClientSettings(
        connect_seconds=options.connect_seconds,
        read_seconds=options.read_seconds,
        connections=options.connections,
        most_redirects=options.most_redirects,
        proxy=options.proxy,
        proxy_authorization=options.proxy_login,
        certificate_authority=options.certificate_authority,
        is_unverified=options.is_unverified,
    )


def private_headers(options: HttpOptions) -> dict[str, str]:
    """Raises `ValueError` when they make no sense."""
    headers = revealed_headers(options.headers)
    if options.username or options.password:
        headers["Authorization"] = basic(options.username, options.password)
    if options.bearer_token:
        headers["Authorization"] = checked_header("Authorization", f"Bearer {options.bearer_token}")
    return headers
