from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import Storage
from PIL import Image

from overlays import uploads
from overlays.pictures import PictureError
from overlays.uploads import StoredPicture, load, store
from tests.overlays.pixels import file_of

CONTENT = file_of(Image.new("RGB", (4, 3), "blue"))


def test_a_picture_is_stored_under_the_digest_of_its_bytes(storage):
    name = store(CONTENT)
    assert name == f"iiif_overlays/{uploads.digest_of(CONTENT)}.png"
    assert (storage / name).read_bytes() == CONTENT


def test_the_same_picture_is_stored_once(storage):
    assert store(CONTENT) == store(CONTENT)
    assert len(list((storage / "iiif_overlays").iterdir())) == 1


def test_a_stored_picture_can_be_loaded(storage):
    assert load(store(CONTENT)).size == (4, 3)


def test_a_damaged_stored_picture_is_replaced_by_the_upload(storage):
    name = store(CONTENT)
    (storage / name).write_bytes(b"rust")
    assert load(store(CONTENT)).size == (4, 3)


def test_what_is_no_picture_is_not_stored(storage):
    with pytest.raises(PictureError):
        store(b"<svg/>")
    assert not storage.exists()


def test_a_picture_that_is_gone_is_told(storage):
    name = store(CONTENT)
    (storage / name).unlink()
    with pytest.raises(PictureError, match="no longer in the storage: upload it again"):
        load(name)


def test_a_picture_that_was_exchanged_is_told(storage):
    name = store(CONTENT)
    (storage / name).write_bytes(file_of(Image.new("RGB", (4, 3), "black")))
    with pytest.raises(PictureError, match="not the one that was uploaded"):
        load(name)


@pytest.mark.parametrize("name", ["", "../secret.png", "/etc/passwd", "iiif_overlays/../x.png", "iiif_overlays/a.svg"])
def test_only_our_own_names_are_read(storage, name):
    with pytest.raises(PictureError, match="no longer in the storage"):
        load(name)


def test_a_storage_that_does_not_answer_is_told(storage, monkeypatch):
    def fail(storage, name, mode="rb"):
        raise ConnectionError("10.0.0.7 refused")

    name = store(CONTENT)
    monkeypatch.setattr(Storage, "open", fail)
    with pytest.raises(PictureError, match="cannot be read at present") as caught:
        load(name)
    assert "10.0.0.7" not in str(caught.value)


def test_a_name_that_the_storage_made_longer_is_read(storage):
    name = store(CONTENT)
    longer = name.replace(".png", "_a1B2c3D.png")
    (storage / name).rename(storage / longer)
    assert load(longer).size == (4, 3)


def test_a_stored_picture_is_tried_again_after_a_while(storage):
    now = [100.0]
    name = store(CONTENT)
    (storage / name).unlink()
    picture = StoredPicture(name, clock=lambda: now[0])
    assert picture.image() is None
    store(CONTENT)
    assert picture.image() is None
    now[0] += uploads.SECONDS_BETWEEN_TRIES
    assert picture.image().size == (4, 3)


def test_threads_that_ask_at_first_all_get_the_picture(storage):
    picture = StoredPicture(store(CONTENT))
    with ThreadPoolExecutor(16) as pool:
        images = list(pool.map(lambda _: picture.image(), range(16)))
    assert len({id(image) for image in images}) == 1
    assert images[0] is not None
