"""Both kinds of overlay, on a storage of the test's own."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from overlays.backends.metadata import MetadataOverlay
from overlays.backends.picture import PictureOverlay
from overlays.backends.redaction import RedactionOverlay
from overlays.backends.text import TextOverlay
from overlays.registry import overlays
from overlays.uploads import store
from tests.overlays.pixels import file_of

KINDS = {"metadata": MetadataOverlay, "picture": PictureOverlay, "redaction": RedactionOverlay, "text": TextOverlay}


@pytest.fixture(autouse=True, scope="session")
def kinds():
    """The kinds are there even where the entry points were not installed anew."""
    for kind, backend in KINDS.items():
        if kind not in overlays:
            overlays.register(kind, backend)


@pytest.fixture
def storage(settings, tmp_path):
    """The folder of the default storage."""
    folder = tmp_path / "media"
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return folder


@pytest.fixture
def red(storage) -> str:
    """The name of a stored picture: red, 40 x 20."""
    return store(file_of(Image.new("RGB", (40, 20), "red")))


@pytest.fixture
def picture(red):
    """Makes picture overlays."""

    def make(**options: Any) -> PictureOverlay:
        return PictureOverlay.build({"picture": red, "inset": 0, **options})

    return make


@pytest.fixture
def text():
    """Makes text overlays."""

    def make(**options: Any) -> TextOverlay:
        return TextOverlay.build({"text": "Archive", **options})

    return make
