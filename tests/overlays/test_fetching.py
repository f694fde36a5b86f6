from __future__ import annotations

import pytest
from PIL import Image

from overlays import fetching
from overlays.backends.picture import PictureForm
from overlays.fetching import MOST_BYTES_TRIED, TriedPictures
from overlays.pictures import PictureError
from overlays.uploads import drafts
from tests.overlays.pixels import file_of

ADDRESS = "https://example.org/logo.png"
CONTENT = file_of(Image.new("RGB", (4, 3), "blue"))


@pytest.fixture
def asked(monkeypatch):
    """The addresses that were really asked for."""
    addresses = []

    def fetch(address):
        addresses.append(address)
        if "gone" in address:
            raise PictureError("The other server does not give out the picture: it answers 404.")
        return CONTENT

    monkeypatch.setattr(fetching, "fetched", fetch)
    monkeypatch.setattr("overlays.backends.picture.fetched", fetch)
    return addresses


def test_a_picture_that_is_tried_is_fetched_once(asked):
    now = [0.0]
    pictures = TriedPictures(lambda: now[0])
    assert {pictures.get(ADDRESS) for now[0] in (0.0, 1.0, 299.0)} == {CONTENT}
    assert asked == [ADDRESS]
    now[0] = 301.0
    pictures.get(ADDRESS)
    assert len(asked) == 2


def test_what_cannot_be_fetched_is_not_asked_again_at_each_pause(asked):
    pictures = TriedPictures()
    for _ in range(3):
        with pytest.raises(PictureError, match="answers 404"):
            pictures.get("https://example.org/gone.png")
    assert len(asked) == 1


def test_what_is_remembered_is_bounded(asked, monkeypatch):
    monkeypatch.setattr(fetching, "fetched", lambda address: bytes(MOST_BYTES_TRIED // 3))
    pictures = TriedPictures()
    for number in range(9):
        pictures.get(f"https://example.org/{number}.png")
    assert pictures._known.currsize <= MOST_BYTES_TRIED


def test_the_fence_is_asked_even_for_what_is_remembered(asked, settings):
    pictures = TriedPictures()
    pictures.get(ADDRESS)
    settings.IIIFSERVER = {**settings.IIIFSERVER, "REMOTE_HOSTS": ["images.example.net"]}
    with pytest.raises(PictureError, match="REMOTE_HOSTS"):
        pictures.get(ADDRESS)


def test_trying_a_form_fetches_once_and_saving_it_fetches_anew(asked, storage, monkeypatch):
    monkeypatch.setattr("overlays.backends.picture.tried_pictures", TriedPictures())
    data = {name: field.initial for name, field in PictureForm.base_fields.items() if field.initial is not None}
    for _ in range(3):
        with drafts():
            assert PictureForm({**data, "address": ADDRESS}).is_valid()
    assert len(asked) == 1
    assert PictureForm({**data, "address": ADDRESS}).is_valid()
    assert len(asked) == 2
