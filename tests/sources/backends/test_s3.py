"""The S3 source, against a server on this machine that speaks it."""

from __future__ import annotations

import io
from functools import partial
from typing import ClassVar

import boto3
import pytest
from django.conf import settings
from django.test import override_settings

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import Forbidden, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.testing import content_of
from sources.backends.s3 import S3Form, S3Source
from sources.base import Place
from sources.crowd import Crowd
from sources.ranged.retries import Patience
from tests.object_stores import S3_KEYS
from tests.sources.backends.object_store_contract import ConditionalStoreContract
from tests.sources.web_server import Handler, WebServer


@pytest.fixture(scope="module")
def address(s3_address: str) -> str:
    return s3_address


@pytest.fixture(scope="module")
def client(address: str):
    client = boto3.client("s3", endpoint_url=address, **S3_KEYS)
    client.create_bucket(Bucket="pictures")
    client.create_bucket(Bucket="other")
    return client


@pytest.fixture(autouse=True)
def empty(client, loopback_is_open):
    yield
    for bucket in ("pictures", "other"):
        for one in client.list_objects_v2(Bucket=bucket).get("Contents", []):
            client.delete_object(Bucket=bucket, Key=one["Key"])


def source_at(address: str, **options: object) -> S3Source:
    own = {"bucket": "pictures", "endpoint": address, "addressing": "path", "look_again_seconds": 0}
    keys = {"access_key_id": "test", "secret_access_key": "test"}
    source = S3Source.build({**own, **keys, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    source.crowd = Crowd(most_waiting=100)
    return source


def put_into(client):
    return lambda key, content: client.put_object(Bucket="pictures", Key=key, Body=content)


class TestS3(ConditionalStoreContract):
    unavailable: ClassVar = {"endpoint": "http://127.0.0.1:9"}
    gone: ClassVar = {"bucket": "gone"}

    @pytest.fixture
    def build(self, address: str):
        return partial(source_at, address)

    @pytest.fixture
    def put(self, client):
        return put_into(client)


def test_an_object_that_is_replaced_while_it_is_read_is_never_mixed(address: str, client):
    put_into(client)("a.tif", bytes(1_000_000))
    file = source_at(address).find(Place(name="a.tif")).open()
    put_into(client)("a.tif", b"1" * 1_000_000)
    file.seek(500_000)
    with pytest.raises(SourceUnavailable) as error:
        file.read(10)
    file.close()
    assert error.value.retry_after_seconds == 1


def test_an_object_that_is_removed_while_it_is_read_is_gone(address: str, client):
    put_into(client)("a.tif", bytes(1_000_000))
    file = source_at(address).find(Place(name="a.tif")).open()
    client.delete_object(Bucket="pictures", Key="a.tif")
    file.seek(500_000)
    with pytest.raises(SourceUnavailable):
        file.read(10)
    file.close()


def test_a_bucket_that_a_lookup_names_need_not_be_there(address: str, client):
    assert source_at(address).find(Place(name="a.png", details={"bucket": "gone"})) is None


def test_a_bucket_that_goes_while_an_image_is_read_is_unavailable(address: str, client):
    client.create_bucket(Bucket="passing")
    client.put_object(Bucket="passing", Key="a.tif", Body=bytes(1_000_000))
    source = source_at(address, bucket="passing")
    file = source.find(Place(name="a.tif")).open()
    client.delete_object(Bucket="passing", Key="a.tif")
    client.delete_bucket(Bucket="passing")
    file.seek(500_000)
    with pytest.raises(SourceUnavailable):
        file.read(10)
    file.close()
    with pytest.raises(SourceUnavailable, match="bucket"):
        source.find(Place(name="a.tif"))


def test_the_lookup_may_name_a_bucket_and_a_key(address: str, client):
    client.put_object(Bucket="other", Key="b.png", Body=b"other")
    found = source_at(address).find(Place(name="a", details={"bucket": "other", "key": "b.png"}))
    with found.open() as file:
        assert file.read() == b"other"


def test_a_public_bucket_needs_no_keys(web: WebServer):
    web.put("/pictures/a.png", b"here", modified=1_000_000_000)
    assert content_of(source_at(web.address, credentials="anonymous"), "a.png") == b"here"
    assert "authorization" not in web.requests[0].headers


def test_our_keys_do_not_go_where_a_delegate_leads(web: WebServer):
    web.put("/pictures/a.png", b"here", modified=1_000_000_000)
    source_at("http://127.0.0.1:9/").find(Place(name="a.png", details={"endpoint": web.address}))
    assert "authorization" not in web.requests[0].headers


def test_one_request_finds_an_object(web: WebServer):
    web.put("/pictures/a.png", b"here", modified=1_000_000_000)
    content_of(source_at(web.address), "a.png")
    assert web.methods == ["GET"]


def test_an_object_that_is_as_it_was_is_asked_about_without_its_bytes(web: WebServer):
    source = source_at(web.address, credentials="anonymous")
    web.put("/pictures/one.png", b"one", modified=1_000_000)
    first = source.find(Place(name="one.png"))
    assert source.find(Place(name="one.png")).version == first.version
    web.put("/pictures/one.png", b"two", modified=1_000_001)
    assert source.find(Place(name="one.png")).version != first.version
    assert web.methods == ["GET", "HEAD", "HEAD", "GET"]


def test_the_credentials_of_the_machine_are_behind_the_fence(address: str, client, monkeypatch):
    put_into(client)("a.png", b"here")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(SourceUnavailable):
        source_at(address, credentials="ambient").find(Place(name="a.png"))
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "AMBIENT_CREDENTIALS": True}):
        assert content_of(source_at(address, credentials="ambient"), "a.png") == b"here"


def test_an_expired_pre_signed_request_or_a_wrong_key_is_forbidden(web: WebServer):
    def refuse(handler: Handler) -> bool:
        body = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
        handler.answer(400, {"Content-Length": str(len(body)), "Content-Type": "application/xml"})
        handler.body(body)
        return True

    web.fault = refuse
    with pytest.raises(Forbidden):
        source_at(web.address).find(Place(name="a.png"))


def test_a_service_that_is_overloaded_is_asked_again(web: WebServer):
    web.put("/pictures/a.png", b"here", modified=1_000_000_000)

    def slow_down(handler: Handler) -> bool:
        if len(web.requests) > 1:
            return False
        handler.answer(503, {"Content-Length": "0"})
        return True

    web.fault = slow_down
    assert content_of(source_at(web.address), "a.png") == b"here"


def test_a_reset_in_the_middle_is_got_over(web: WebServer):
    web.put("/pictures/a.png", bytes(10_000), modified=1_000_000_000)

    def reset(handler: Handler) -> bool:
        if len(web.requests) > 1:
            return False
        handler.answer(206, {"Content-Length": "10000", "Content-Range": "bytes 0-9999/10000", "ETag": '"1"'})
        handler.body(bytes(100))
        handler.break_off()
        return True

    web.fault = reset
    assert content_of(source_at(web.address), "a.png") == bytes(10_000)


def test_a_service_that_says_nothing_is_too_slow(web: WebServer):
    web.fault = lambda handler: bool(web.stop.wait(20))
    with pytest.raises(SourceTooSlow):
        source_at(web.address, whole_seconds=0.3).find(Place(name="a.png"))


@pytest.mark.parametrize("endpoint", ["http://169.254.169.254", "http://10.0.0.1", "ftp://example.org", "http://a:b@c"])
def test_an_endpoint_that_is_closed_does_not_build(endpoint: str):
    with pytest.raises(BackendError):
        source_at(endpoint)


def test_a_redirect_of_the_service_leads_nowhere(web: WebServer):
    def lead(handler: Handler) -> bool:
        handler.answer(307, {"Location": "http://169.254.169.254/", "Content-Length": "0"})
        return True

    web.fault = lead
    with pytest.raises((SourceNonsense, SourceUnavailable)):
        source_at(web.address).find(Place(name="a.png"))


def test_the_form_wants_both_halves_of_a_key():
    form = S3Form({**{name: field.initial for name, field in S3Form().fields.items()}, "bucket": "a"})
    assert "both halves" in form.errors["access_key_id"][0]


def test_the_form_refuses_the_credentials_of_the_machine():
    filled = {name: field.initial for name, field in S3Form().fields.items()}
    form = S3Form({**filled, "bucket": "a", "credentials": "ambient"})
    assert "AMBIENT_CREDENTIALS" in form.errors["credentials"][0]


def test_where_a_service_knows_no_conditions_it_is_written_to_all_the_same(web: WebServer):
    conditions = []

    def know_none(handler: Handler) -> bool:
        if handler.command != "PUT":
            return False
        conditions.append(handler.request_seen.headers.get("if-none-match"))
        handler.answer(501 if conditions[-1] else 200, {"Content-Length": "0", "ETag": '"1"'})
        return True

    listing = b"<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>"
    web.put("/pictures", listing)
    web.fault = know_none
    source_at(web.address).write(Place(name="a.png"), io.BytesIO(b"new"))
    assert conditions == ["*", None]
