from __future__ import annotations

import base64
import json

import pytest

from caching.models import Invalidation
from caching.purges import Purge, Scope
from iiifserver.changes import one_act
from images.api.names import identifiers_of
from images.metrics import renders_total
from images.models import EndpointSettings
from images.runtime import current_runtime, keeper
from sources.models import Source
from tests.images.api.conftest import Program, sentence

CHANGED = "/changed"


@pytest.fixture
def program(api, token):
    return token("may_tell_changes")


def purges() -> list[Purge]:
    return [line.purge for line in Invalidation.objects.all()]


def s3(*keys: str) -> dict:
    return {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}} for key in keys]}


def removal(key: str) -> dict:
    return {"Records": [{"eventName": "ObjectRemoved:DeleteMarkerCreated", "s3": {"object": {"key": key}}}]}


def event_bridge(key: str) -> dict:
    return {"source": "aws.s3", "detail-type": "Object Deleted", "detail": {"object": {"key": key}}}


def sns(document: dict) -> dict:
    return {"Type": "Notification", "MessageId": "1", "Message": json.dumps(document)}


CONFIRMATION = {"Type": "SubscriptionConfirmation", "SubscribeURL": "https://sns.example.org/?Token=t", "Message": "m"}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"identifier": "card.png"}, [Purge.of_image("card.png")]),
        ({"identifiers": ["a", "b", "a"]}, [Purge.of_image("a"), Purge.of_image("b")]),
        ({"prefix": "scans/"}, [Purge(Scope.PREFIX, "scans/")]),
        ({"prefixes": ["a", "b"]}, [Purge(Scope.PREFIX, "a"), Purge(Scope.PREFIX, "b")]),
        (s3("scans/1.tif", "scans/2.tif"), [Purge.of_image("scans/1.tif"), Purge.of_image("scans/2.tif")]),
        (
            s3("scans/M%C3%BCller+1.tif"),
            [Purge.of_image("scans/Müller 1.tif"), Purge.of_image("scans/M%C3%BCller+1.tif")],
        ),
        (s3("a%2Bb.tif"), [Purge.of_image("a+b.tif"), Purge.of_image("a%2Bb.tif")]),
        (event_bridge("scans/Müller + 1.tif"), [Purge.of_image("scans/Müller + 1.tif")]),
        (sns(s3("scans/1.tif")), [Purge.of_image("scans/1.tif")]),
        (sns(event_bridge("scans/1.tif")), [Purge.of_image("scans/1.tif")]),
        (sns({"Service": "Amazon S3", "Event": "s3:TestEvent"}), []),
        (removal("scans/1.tif"), [Purge.of_image("scans/1.tif")]),
        (s3(), []),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "scans"}, []),
    ],
)
def test_what_has_changed_is_forgotten(program, document, told):
    answer = program.post(CHANGED, document)
    assert (answer.status_code, answer.json()) == (202, {"forgotten": len(told)})
    assert purges() == told


def test_it_is_forgotten_at_once(program, service):
    service.image("full/50,/0/default.jpg")
    before = renders_total._value.get()
    service.image("full/50,/0/default.jpg")
    assert renders_total._value.get() == before
    program.post(CHANGED, {"identifier": "card.png"})
    service.image("full/50,/0/default.jpg")
    assert renders_total._value.get() == before + 1


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({}, 400),
        ([], 400),
        (None, 400),
        ({"identifier": ""}, 400),
        ({"identifier": 7}, 400),
        ({"identifiers": "abc"}, 400),
        ({"identifiers": []}, 400),
        ({"prefix": ""}, 400),
        ({"prefix": "a\0"}, 400),
        ({"identifiers": ["x"] * 1001}, 413),
        ({"Records": 7}, 400),
        ({"Records": [{}]}, 400),
        ({"Records": [{"s3": {"object": {"key": 7}}}]}, 400),
        ({"Records": [{"s3": {"object": {"key": f"{number}"}}} for number in range(2001)]}, 413),
        ({"detail-type": "Object Created", "detail": {}}, 400),
        ({"detail-type": "Object Created", "detail": {"object": {"key": ["a"]}}}, 400),
        ({"Type": "Notification"}, 400),
        ({"Type": "Notification", "Message": "no JSON"}, 400),
        (sns(sns(sns(sns(sns(s3("a")))))), 400),
        (CONFIRMATION, 400),
    ],
)
def test_news_that_makes_no_sense_is_refused(program, document, status):
    answer = program.post(CHANGED, document)
    assert answer.status_code == status
    assert sentence(answer)
    assert purges() == []


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", True),
        ("https://sns.eu-central-1.amazonaws.com.evil.org/?Token=t", False),
        ("http://sns.eu-central-1.amazonaws.com/?Token=t", False),
        ("https://sns.eu-central-1.amazonaws.com/?\nnonsense", False),
    ],
)
def test_a_confirmation_is_left_to_people(program, caplog, address, is_told):
    answer = program.post(CHANGED, {**CONFIRMATION, "SubscribeURL": address})
    assert "open the address SubscribeURL" in sentence(answer)
    assert (address in caplog.text) is is_told


def test_sns_sends_its_json_as_plain_text(program):
    body = json.dumps(sns(s3("scans/1.tif"))).encode()
    assert program.post(CHANGED, body=body, media_type="text/plain; charset=UTF-8").status_code == 415
    answer = program.post(
        CHANGED, body=body, media_type="text/plain; charset=UTF-8", x_amz_sns_message_type="Notification"
    )
    assert (answer.status_code, purges()) == (202, [Purge.of_image("scans/1.tif")])


def test_a_token_may_stand_in_the_place_of_a_password(api, token):
    """As services can that know addresses alone: https://news:token@images.example.org/changed."""
    for right, status in (("may_tell_changes", 202), ("may_purge", 403)):
        text = token(right).authorization.removeprefix("Bearer ")
        basic = base64.b64encode(f"news:{text}".encode()).decode()
        assert Program(f"Basic {basic}").post(CHANGED, {"identifier": "a"}).status_code == status


def test_only_a_token_for_it_opens_it(api, token, account):
    assert Program().post(CHANGED, {"identifier": "a"}).status_code == 401
    assert account("change_cache").post(CHANGED, {"identifier": "a"}).status_code == 401
    assert token("may_purge").post(CHANGED, {"identifier": "a"}).status_code == 403
    assert token("may_tell_changes").get(CHANGED).status_code == 405
    assert purges() == []


def test_it_is_off_at_first(service, token):
    assert token("may_tell_changes").post(CHANGED, {"identifier": "a"}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, ["scans/1.tif"]),
        ({"lookup_prefix": "scans/"}, ["scans/1.tif", "1.tif"]),
        ({"lookup_suffix": ".tif"}, ["scans/1.tif", "scans/1"]),
        ({"lookup_prefix": "scans/", "lookup_suffix": ".tif"}, ["scans/1.tif", "1"]),
        ({"lookup_prefix": "maps/"}, ["scans/1.tif"]),
        ({"answers_for": "prefix", "identifier_prefix": "s3:"}, ["scans/1.tif", "s3:scans/1.tif"]),
        ({"answers_for": "prefix", "identifier_prefix": "scans", "keeps_prefix": True}, ["scans/1.tif"]),
        ({"answers_for": "pattern", "identifier_pattern": "[0-9]+", "lookup_suffix": ".tif"}, ["scans/1.tif"]),
        ({"lookup": "template", "lookup_template": "scans/{identifier}"}, ["scans/1.tif", "1.tif"]),
        ({"lookup": "template", "lookup_template": "{identifier}s/{hash:2}"}, ["scans/1.tif"]),
        ({"lookup": "template", "lookup_template": "{hash:2}/{identifier}"}, ["scans/1.tif"]),
    ],
)
@pytest.mark.parametrize("folder", ["images/", "{home}/images/"])
def test_from_a_key_back_to_identifiers(service, fields, found, folder):
    with one_act():
        Source.objects.all().delete()
        options = {"path_prefix": folder.format(home=service.folder.parent)}
        Source.objects.create(name="S", kind="filesystem", options=options, **fields)
    keeper.forget()
    assert EndpointSettings.objects.exists()
    assert identifiers_of("scans/1.tif", current_runtime().sources) == found
