"""What `manage.py check` says of values that `IIIFSERVER` cannot have."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from iiifserver.conf import DEFAULTS

HOME = {"HOME": "/srv/iiif"}

WRONG = {
    "HOME": [None, 5, "", "relative/dir", Path("relative"), "/srv/\0", b"/srv", ["/srv"]],
    "FILESYSTEM_ROOTS": ["/srv", 5, [5], [None], ["scans"], {"/srv"}],
    "STORAGE_ALIASES": ["default", 5, None, [5], ["nowhere"], ["nowhere:scans"]],
    "DATABASE_ALIASES": ["default", None, [5], ["nowhere"]],
    "DELEGATE": [5, ["site.Site"], True],
    "DELEGATE_TIMEOUT_SECONDS": [-1, 0, "5", None, True, float("nan"), float("inf"), 10**400],
    "MAX_DECODE_PIXELS": ["200", -5, 0, 2.5, None, True],
    "OPENJPEG_LIBRARY": [5, [], True],
    "PUBLIC_URL": [
        5,
        "images.example.org",
        "//images.example.org",
        "ftp://images.example.org",
        "https://",
        "https://user:secret@images.example.org",
        "https://images.example.org/?a=b",
        "https://images.example.org:port",
        "https://images example.org",
        "https://[images",
    ],
    "TRUSTED_PROXIES": ["10.0.0.0/8", ["abc"], [5], None, 5],
    "CONFIGURATION_POLL_SECONDS": [None, -1, "1", float("nan"), 10**400],
    "ENCRYPTION_KEYS": [["abc"], [""], ["ключ"], "abc", [5], None],
    "SECRET_VARIABLES": ["NAME", [5], None],
    "REMOTE_HOSTS": ["example.org", [5], [""], ["https://example.org"], ["example.org:8080"], ["*.example.org"]],
    "PRIVATE_NETWORKS": ["10.0.0.0/8", ["intranet"], [5], None],
    "AMBIENT_CREDENTIALS": ["no", 1, None],
    "TASK_BACKEND": [5, ["default"]],
    "TASK_QUEUE": [5, None, ""],
}
"""For each key values that it cannot have."""

RIGHT = {
    "HOME": [Path("/srv/iiif")],
    "FILESYSTEM_ROOTS": [None, [], [Path("/srv/scans"), "/srv/maps"]],
    "STORAGE_ALIASES": [["default", "default:scans"]],
    "DATABASE_ALIASES": [["default"]],
    "DELEGATE": ["docs.examples.site_delegate.MuseumDelegate", ""],
    "DELEGATE_TIMEOUT_SECONDS": [1, 0.5],
    "MAX_DECODE_PIXELS": [1],
    "OPENJPEG_LIBRARY": [Path("/usr/lib/libopenjp2.so"), "libopenjp2.so.7"],
    "PUBLIC_URL": ["http://localhost:8182/", "https://example.org/images", "https://[::1]:8182", ""],
    "TRUSTED_PROXIES": [["127.0.0.1", "10.0.0.0/8", "::1"]],
    "CONFIGURATION_POLL_SECONDS": [0, 2],
    "ENCRYPTION_KEYS": [[base64.urlsafe_b64encode(bytes(32)).decode()]],
    "SECRET_VARIABLES": [["ARCHIVE_PASSWORD"]],
    "REMOTE_HOSTS": [["images.example.org", ".example.org", "localhost", "192.0.2.1", "::1"]],
    "PRIVATE_NETWORKS": [["10.0.0.0/8", "192.0.2.1"]],
    "AMBIENT_CREDENTIALS": [True],
    "TASK_BACKEND": ["default", ""],
    "TASK_QUEUE": ["default"],
}


def pairs(table):
    return [pytest.param(key, value, id=f"{key}-{value!a:.40}") for key, values in table.items() for value in values]


def sentences(fence: object) -> list[str]:
    with override_settings(IIIFSERVER=fence):
        found = run_checks(tags=["iiif"])
    return [message.msg for message in found if message.id == "iiif_images.E001"]


@pytest.mark.parametrize(("key", "value"), pairs(WRONG))
def test_a_wrong_value_is_one_sentence_that_names_its_key(key, value):
    (sentence,) = sentences({**HOME, key: value})
    assert sentence.startswith(f'IIIFSERVER["{key}"] ')


@pytest.mark.parametrize(("key", "value"), pairs(RIGHT))
def test_a_right_value_is_not_mentioned(key, value):
    assert sentences({**HOME, key: value}) == []


def test_every_key_is_tried():
    assert set(WRONG) == set(RIGHT) == set(DEFAULTS)


def test_every_wrong_value_is_told_at_once():
    found = sentences({"MAX_DECODE_PIXELS": -5, "PUBLIC_URL": 5})
    assert [sentence.split('"')[1] for sentence in found] == ["HOME", "MAX_DECODE_PIXELS", "PUBLIC_URL"]


@pytest.mark.parametrize("fence", [[], None, 5, "HOME"], ids=repr)
def test_what_is_no_dictionary_is_told_once(fence):
    assert sentences(fence) == ['IIIFSERVER must be a dictionary, such as {"HOME": "/srv/iiif"}.']


def test_an_unknown_key_is_told_once():
    (sentence,) = sentences({**HOME, "MAX_PIXEL": 1, 5: 6})
    assert sentence.startswith("IIIFSERVER has no key 5, MAX_PIXEL: the known ones are HOME, ")


def test_an_unknown_alias_is_told_with_those_that_there_are():
    (sentence,) = sentences({**HOME, "DATABASE_ALIASES": ["nowhere"]})
    assert sentence == 'IIIFSERVER["DATABASE_ALIASES"] names “nowhere”, and DATABASES has only default.'
