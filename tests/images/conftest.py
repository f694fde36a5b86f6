"""A configured image service over a folder of small drawn images, asked the way gunicorn asks it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from django.test import Client
from PIL import Image

from iiifserver.delegates import Delegate
from iiifserver.delegates.consultation import SiteDelegate
from images import first_rows
from images import runtime as runtime_module
from images.runtime import keeper
from sources.runtime import shelf

CARD = (300, 200)
RED, GREEN, BLUE, YELLOW = (220, 40, 30), (30, 160, 60), (40, 60, 200), (240, 210, 40)


def draw_card(size: tuple[int, int] = CARD) -> Image.Image:
    """Red, green, blue and yellow quarters, from the top left, row by row."""
    width, height = size
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (width // 2, 0, width, height))
    image.paste(BLUE, (0, height // 2, width, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image


def png_of(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def picture(response: Any) -> Image.Image:
    """The image in an answer."""
    assert response.status_code == 200, response.content[:200]
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


@dataclass
class Service:
    """The image service as a visitor meets it."""

    folder: Path
    client: Client = field(default_factory=Client)

    def draw(self, name: str, image: Image.Image | None = None, **options: Any) -> Path:
        """Puts an image into the folder; the card unless told otherwise."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = options.pop("format", None if path.suffix else "PNG")
        (image or draw_card()).save(path, kind, **options)
        return path

    def ask(self, method: str, uri: str, *, raw: dict[str, str] | None = None, environ: Any = None, **headers: str):
        """Sends the URI as it stands; `raw` replaces the RAW_URI by which gunicorn tells what it was sent."""
        path, _, query = uri.partition("?")
        told = {"RAW_URI": uri} if raw is None else raw
        sent = {"host": "testserver"} | {name.replace("_", "-"): value for name, value in headers.items()}
        decoded = unquote_to_bytes(path).decode("latin-1")
        return self.client.generic(
            method, "/", headers=sent, **{"PATH_INFO": decoded, "QUERY_STRING": query, **told, **(environ or {})}
        )

    def get(self, uri: str, **options: Any):
        return self.ask("GET", uri, **options)

    def info(self, identifier: str, version: int = 3, **options: Any) -> dict[str, Any]:
        response = self.get(f"/iiif/{version}/{identifier}/info.json", **options)
        assert response.status_code == 200, response.content
        return response.json()

    def image(self, parameters: str, identifier: str = "card.png", version: int = 3) -> Image.Image:
        """The picture for `{region}/{size}/{rotation}/{quality}.{format}`."""
        return picture(self.get(f"/iiif/{version}/{identifier}/{parameters}"))


@pytest.fixture
def fence(settings, tmp_path):
    """Changes values of the fence for one test; the home is a folder of the test's own."""

    def change(**values: Any) -> None:
        settings.IIIFSERVER = {**settings.IIIFSERVER, **values}
        # A process has one home for ever; here, sources that were made for another must not be kept.
        shelf.fill([])
        keeper.forget()

    change(HOME=tmp_path / "home", CONFIGURATION_POLL_SECONDS=3600)
    return change


@pytest.fixture
def service(db, fence, tmp_path):
    """The service with its first rows, and `card.png` in its folder."""
    folder = tmp_path / "home" / "images"
    folder.mkdir(parents=True)
    (tmp_path / "home" / "samples").mkdir()
    first_rows.create()
    service = Service(folder)
    service.draw("card.png")
    keeper.forget()
    yield service
    keeper.forget()


@pytest.fixture
def endpoints(service):
    """Changes settings of the endpoints, as staff would, and has them used at once."""
    from images.models import EndpointSettings

    return changing(EndpointSettings)


@pytest.fixture
def http(service):
    """Changes settings of the section HTTP likewise."""
    from images.models import HttpSettings

    return changing(HttpSettings)


def changing(model: Any) -> Callable[..., None]:
    def change(**values: Any) -> None:
        row = model.current()
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        keeper.forget()

    return change


@pytest.fixture
def under(service, monkeypatch):
    """The service under a delegate."""

    def put(delegate_class: type[Delegate], timeout_seconds: float = 30.0):
        site = SiteDelegate("tests.site.Delegate", timeout_seconds)
        monkeypatch.setattr(site.loader, "newest", lambda: delegate_class)
        monkeypatch.setattr(runtime_module, "site_delegate", lambda: site)
        keeper.forget()
        return service

    return put
