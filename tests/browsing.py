"""A visitor with cookies, who signs in as a browser does."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args, **_kwargs):
        return None


@dataclass(slots=True)
class Visitor:
    """Sends requests with fixed headers, keeps cookies, and follows nothing by itself."""

    base: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def get(self, path: str, **headers: str) -> Reply:
        return self._send(urllib.request.Request(self.base + path, headers=self._with(headers)))

    def post(self, path: str, form: dict[str, str], **headers: str) -> Reply:
        data = urllib.parse.urlencode(form).encode()
        return self._send(urllib.request.Request(self.base + path, data=data, headers=self._with(headers)))

    def sign_in(self, password: str, **headers: str) -> Reply:
        page = self.get("/admin/login/?next=/admin/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, f"{page.status} {page.text[:500]}"
        form = {"csrfmiddlewaretoken": token[1], "username": "admin", "password": password, "next": "/admin/"}
        return self.post("/admin/login/", form, **headers)

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        sent = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        return {**self.headers, **headers, **({"Cookie": sent} if sent else {})}

    def _send(self, request: urllib.request.Request) -> Reply:
        context = ssl._create_unverified_context()
        opener = urllib.request.build_opener(
            _NoRedirect, urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
        )
        try:
            with opener.open(request, timeout=30) as response:
                reply = Reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                reply = Reply(error.code, error.headers, error.read())
        for cookie in reply.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return reply
