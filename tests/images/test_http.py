from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings

from images.models import HttpSettings


def test_what_the_settings_file_says_goes_before_the_row(settings):
    row = HttpSettings(public_url="https://row.example.org", trusted_proxies="10.0.0.1")
    with override_settings(
        IIIFSERVER={
            **settings.IIIFSERVER,
            "PUBLIC_URL": "https://file.example.org",
            "TRUSTED_PROXIES": ("192.168.0.0/24",),
        }
    ):
        frozen = row.frozen()
    assert frozen.public_url == "https://file.example.org"
    assert [str(network) for network in frozen.trusted_proxies] == ["192.168.0.0/24"]


def test_without_a_word_in_the_settings_file_the_row_is_used():
    frozen = HttpSettings(public_url="https://row.example.org/", trusted_proxies="10.0.0.1\n10.1.0.0/16").frozen()
    assert frozen.public_url == "https://row.example.org"
    assert [str(network) for network in frozen.trusted_proxies] == ["10.0.0.1/32", "10.1.0.0/16"]


@pytest.mark.parametrize("text", ["nobody", "10.0.0.1/64", "10.0.0.1 300.0.0.1"])
def test_a_proxy_that_is_no_address_is_refused_by_name(text):
    with pytest.raises(ValidationError, match="neither an address nor a network"):
        HttpSettings(trusted_proxies=text).clean_fields()
