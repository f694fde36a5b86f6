from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from iiifserver.conf import DEFAULTS, Conf, conf


@override_settings(IIIFSERVER={})
def test_an_empty_fence_gives_the_defaults():
    assert conf.filesystem_roots is None
    assert conf.storage_aliases == ()
    assert conf.max_decode_pixels == 200_000_000
    assert conf.public_url is None
    assert conf.trusted_proxies == ()
    assert conf.configuration_poll_seconds == 1.0


@override_settings(IIIFSERVER={})
def test_the_home_is_needed_only_where_it_is_used():
    with pytest.raises(ImproperlyConfigured, match="HOME"):
        _ = conf.home


@override_settings(
    IIIFSERVER={
        "HOME": "/srv/iiif",
        "FILESYSTEM_ROOTS": ["/scans"],
        "STORAGE_ALIASES": ["archive"],
        "PUBLIC_URL": "https://images.example.org/",
    }
)
def test_values_are_read_late_and_have_types():
    assert conf.home == Path("/srv/iiif")
    assert conf.filesystem_roots == (Path("/scans"),)
    assert conf.storage_aliases == ("archive",)
    assert conf.public_url == "https://images.example.org"


@override_settings(IIIFSERVER={"MAX_PIXEL": 1})
def test_an_unknown_key_is_named():
    with pytest.raises(ImproperlyConfigured, match="MAX_PIXEL"):
        _ = conf.max_decode_pixels


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("HOME", 3),
        ("FILESYSTEM_ROOTS", "/scans"),
        ("STORAGE_ALIASES", "archive"),
        ("STORAGE_ALIASES", [3]),
        ("MAX_DECODE_PIXELS", "many"),
        ("MAX_DECODE_PIXELS", True),
        ("PUBLIC_URL", 3),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
        ("CONFIGURATION_POLL_SECONDS", "1"),
        ("REMOTE_HOSTS", "example.org"),
        ("PRIVATE_NETWORKS", ["intranet"]),
        ("PRIVATE_NETWORKS", "10.0.0.0/8"),
        ("AMBIENT_CREDENTIALS", "yes"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(key, value):
    with override_settings(IIIFSERVER={key: value}), pytest.raises(ImproperlyConfigured, match=key):
        getattr(conf, key.lower())


def test_every_key_has_a_getter():
    getters = {name.upper() for name, value in vars(Conf).items() if isinstance(value, property)}
    assert getters == set(DEFAULTS)


def test_the_standalone_settings_fill_every_key():
    from iiifserver.settings import IIIFSERVER

    assert set(IIIFSERVER) == set(DEFAULTS)
