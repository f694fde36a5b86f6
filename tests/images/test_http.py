from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.urls import reverse

from images.models import EndpointSettings, HttpSettings
from tests.forms import form_values


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


@pytest.mark.parametrize("text", [";3", ".", "0", "%", "/", "a", " ", "__ __", "\\", "é"])
def test_a_slash_substitute_is_nothing_that_addresses_are_made_of(text):
    with pytest.raises(ValidationError, match="such as __ or !"):
        HttpSettings(slash_substitute=text).clean_fields()


@pytest.mark.parametrize("text", ["", "__", "~~", "!", ":", ";"])
def test_a_slash_substitute_may_be_any_other_sign(text):
    HttpSettings(slash_substitute=text).clean_fields()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://h.example.org/x?y=1#z", "begins with"),
        ("https://h.example.org/x#", "begins with"),
        ("https://h.example.org/iiif/3", "by itself"),
        ("https://h.example.org/media/iiif/2/", "by itself"),
    ],
)
def test_a_public_url_is_the_address_of_the_site(address, sentence):
    with pytest.raises(ValidationError, match=sentence):
        HttpSettings(public_url=address).clean_fields()


@pytest.mark.parametrize(
    "address", ["https://h.example.org", "http://h.example.org:8080/pictures/", "https://h.org/iiif"]
)
def test_a_public_url_may_have_a_path(address):
    HttpSettings(public_url=address).clean_fields()


def test_hosts_stand_one_a_line():
    HttpSettings(viewer_hosts="images.example.org\r\n\r\n localhost:8443 ").clean_fields()
    with pytest.raises(ValidationError, match="“bla bla” has a blank in it"):
        HttpSettings(viewer_hosts="images.example.org\nbla bla").clean_fields()


def test_the_slash_substitute_and_the_delimiter_are_told_apart_in_both_forms(admin_client):
    http, endpoints = HttpSettings.objects.create(), EndpointSettings.objects.create()
    pages = {
        row: reverse(f"admin:iiif_images_{row._meta.model_name}_change", args=[row.pk]) for row in (http, endpoints)
    }
    fields = {row: form_values(admin_client.get(page).content.decode()) for row, page in pages.items()}
    refused = admin_client.post(pages[http], fields[http] | {"slash_substitute": "!;"})
    assert "nobody could tell what ; is" in refused.content.decode()
    assert admin_client.post(pages[http], fields[http] | {"slash_substitute": "__"}).status_code == 302
    refused = admin_client.post(pages[endpoints], fields[endpoints] | {"meta_delimiter": "._"})
    assert "nobody could tell what _ is" in refused.content.decode()
