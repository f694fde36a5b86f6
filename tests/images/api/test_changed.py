from __future__ import annotations

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


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"identifier": "card.png"}, [Purge.of_image("card.png")]),
        ({"identifiers": ["a", "b", "a"]}, [Purge.of_image("a"), Purge.of_image("b")]),
        ({"prefix": "scans/"}, [Purge(Scope.PREFIX, "scans/")]),
        ({"prefixes": ["a", "b"]}, [Purge(Scope.PREFIX, "a"), Purge(Scope.PREFIX, "b")]),
        (s3("scans/M%C3%BCller+1.tif"), [Purge.of_image("scans/Müller 1.tif")]),
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
    ],
)
def test_news_that_makes_no_sense_is_refused(program, document, status):
    answer = program.post(CHANGED, document)
    assert answer.status_code == status
    assert sentence(answer)
    assert purges() == []


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
        ({"lookup": "template", "lookup_template": "scans/{identifier}"}, ["scans/1.tif"]),
    ],
)
def test_from_a_key_back_to_identifiers(service, fields, found):
    with one_act():
        Source.objects.all().delete()
        options = {"path_prefix": f"{service.folder}/"}
        Source.objects.create(name="S", kind="filesystem", options=options, **fields)
    keeper.forget()
    assert EndpointSettings.objects.exists()
    assert identifiers_of("scans/1.tif", current_runtime().sources) == found
