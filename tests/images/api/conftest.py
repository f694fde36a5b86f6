"""Programs that call, with tokens and with accounts."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from caching import runtime
from caching.purges import Purges
from iiifserver.shelf import Shelf
from images.jobs.settings import ApiSettings
from images.jobs.tokens import ApiToken, digest_of, new_token


@pytest.fixture(autouse=True)
def own_process(monkeypatch):
    """Each test begins like a process that has just started."""
    monkeypatch.setattr(runtime, "purges", Purges())
    monkeypatch.setattr(runtime, "shelf", Shelf(runtime.caches))
    monkeypatch.setattr(runtime, "_in_use", runtime.Caches())


@dataclass
class Program:
    """Sends JSON and shows the same credentials each time."""

    authorization: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": self.authorization} if self.authorization else {}

    def get(self, path: str, **environ: Any):
        return Client().get(path, headers=self.headers, **environ)

    def delete(self, path: str):
        return Client().delete(path, headers=self.headers)

    def post(
        self, path: str, document: Any = None, *, body: bytes | None = None, media_type="application/json", **headers
    ):
        data = json.dumps(document).encode() if body is None else body
        own = {name.replace("_", "-"): text for name, text in headers.items()}
        return Client().generic("POST", path, data, media_type, headers={**self.headers, **own})


def sentence(response) -> str:
    assert response["Content-Type"].startswith("text/plain")
    assert response["Cache-Control"] == "no-store"
    return response.content.decode()


@pytest.fixture
def api(service):
    """Switches of the addresses for programs; all are on."""

    def change(**values: Any) -> None:
        row = ApiSettings.current()
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()

    change(tasks_enabled=True, webhook_enabled=True)
    return change


@pytest.fixture
def token(db):
    """A program with a token of these rights."""

    def make(*rights: str, **fields: Any) -> Program:
        text = new_token()
        allowed = {"may_purge": False, **dict.fromkeys(rights, True), **fields}
        ApiToken.objects.create(name=f"program {ApiToken.objects.count()}", digest=digest_of(text), **allowed)
        return Program(f"Bearer {text}")

    return make


@pytest.fixture
def account(db):
    """A program with the name and password of an account with these permissions."""

    def make(*codenames: str, password: str = "pass:word") -> Program:
        user = User.objects.create_user("catalogue", password="pass:word")
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return Program("Basic " + base64.b64encode(f"catalogue:{password}".encode()).decode())

    return make
