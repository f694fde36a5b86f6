"""What the configurations of proxies hold beside addresses."""

from __future__ import annotations

import pytest
from django.urls import reverse

from images.proxy_examples import ProxyExample, proxy_configuration
from sources.models import Source


def written(proxy: str, largest_upload: int) -> str:
    return proxy_configuration(proxy, ProxyExample(host="images.example.org", largest_upload=largest_upload))


@pytest.mark.parametrize(("largest_upload", "limit"), [(0, "16m"), (2, "16m"), (500, "500m"), (100_000, "100000m")])
def test_nginx_lets_the_largest_upload_pass(largest_upload: int, limit: str):
    assert f"    client_max_body_size {limit};\n" in written("nginx", largest_upload)


def test_apache_is_told_only_of_what_it_would_not_let_pass():
    assert "LimitRequestBody" not in written("Apache", 500)
    assert "    LimitRequestBody 2097152000\n    RequestHeader" in written("Apache", 2000)


def test_the_admin_shows_the_limit_that_its_sources_need(admin_client, service):
    Source.objects.create(name="Closed", kind="filesystem", largest_upload_megabytes=4000)
    Source.objects.filter(name="FilesystemSource").update(accepts_uploads=True, largest_upload_megabytes=750)
    page = admin_client.get(reverse("admin:iiif_images_httpsettings_proxies")).content.decode()
    assert "client_max_body_size 750m;" in page
