"""Uploaded pictures and fonts where the default storage is S3, so that every machine has them."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config
from PIL import Image

from overlays import fonts
from overlays.backends.picture import PictureOverlay
from overlays.pictures import PictureError
from overlays.uploads import load, store
from tests.object_stores import S3_KEYS
from tests.overlays.fonts_of_tests import font_file
from tests.overlays.pixels import file_of

QUICK = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})


@pytest.fixture
def bucket(s3_address, settings):
    bucket = boto3.resource("s3", endpoint_url=s3_address, **S3_KEYS).create_bucket(Bucket="overlays")
    options = {"bucket_name": "overlays", "endpoint_url": s3_address, "client_config": QUICK}
    keys = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **keys}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    fonts.uploaded.cache_clear()
    yield bucket
    fonts.uploaded.cache_clear()
    bucket.objects.all().delete()


def test_a_picture_is_kept_and_drawn(bucket):
    name = store(file_of(Image.new("RGB", (40, 20), "red")))
    assert [found.key for found in bucket.objects.all()] == [name]
    assert PictureOverlay.build({"picture": name}).is_ready()
    assert store(file_of(Image.new("RGB", (40, 20), "red"))) == name


def test_a_picture_that_is_gone_is_told(bucket):
    name = store(file_of(Image.new("RGB", (40, 20), "red")))
    bucket.objects.all().delete()
    with pytest.raises(PictureError, match="no longer in the storage"):
        load(name)


def test_a_font_is_kept_and_listed(bucket):
    name = fonts.keep_font(font_file("Bars"))
    assert (name, "Bars Regular (uploaded)") in fonts.choices()
    assert fonts.face(name).at(20).getbbox("A")


def test_without_fonts_none_are_listed(bucket):
    assert not any("uploaded" in label for _, label in fonts.choices())
