"""The admin's page that calls the server back, through a real proxy."""

from __future__ import annotations

import pytest

from tests.live import live_server, share_samples
from tests.reverse_proxies import reverse_proxy

PAGE = "/admin/iiif_images/httpsettings/proxies/"


@pytest.fixture(scope="module")
def trusting_server(tmp_path_factory, drawn_samples):
    home = tmp_path_factory.mktemp("proxied") / "home"
    share_samples(drawn_samples, home)
    with live_server(home, IIIFSERVER_TRUSTED_PROXIES="127.0.0.1") as server:
        yield server


@pytest.fixture
def results(chromium, trusting_server):
    """What the page says, by what was tested."""
    contexts = []

    def open_page(address):
        context = chromium.new_context(ignore_https_errors=True)
        contexts.append(context)
        page = context.new_page()
        # Not through the proxy, which may spoil what signing in needs; browsers share cookies between ports.
        page.goto(f"{trusting_server.url.replace('127.0.0.1', 'localhost')}/admin/")
        page.fill("#id_username", "admin")
        page.fill("#id_password", trusting_server.password)
        page.press("#id_password", "Enter")
        page.wait_for_selector("#content-main")
        page.goto(f"{address}{PAGE}")
        page.wait_for_selector("#proxy-test[data-done]")
        rows = page.locator("#proxy-test tbody tr").all()
        return {row.locator("th").inner_text(): row.locator("td").last.inner_text() for row in rows}

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", ["nginx", "Apache", "Caddy"])
def test_with_the_configuration_that_it_shows_everything_is_right(kind, results, trusting_server, tmp_path):
    with reverse_proxy(kind, tmp_path, trusting_server.url) as address:
        said = results(address)
    assert len(said) == 9
    assert set(said.values()) == {"right"}


def test_a_proxy_that_decodes_the_path_is_found_out(results, trusting_server, tmp_path):
    def spoil(text):
        return text.replace(f"proxy_pass {trusting_server.url};", f"proxy_pass {trusting_server.url}/;").replace(
            "merge_slashes off", "merge_slashes on"
        )

    with reverse_proxy("nginx", tmp_path, trusting_server.url, change=spoil) as address:
        said = results(address)
    wrong = {name for name, result in said.items() if result != "right"}
    assert wrong == {"An encoded slash", "Two slashes in a row"}
    assert "slash substitute" in said["An encoded slash"]


def test_a_proxy_that_is_silent_about_the_scheme_is_found_out(results, trusting_server, tmp_path):
    def silence(text):
        return text.replace("proxy_set_header X-Forwarded-Proto $scheme;", 'proxy_set_header X-Forwarded-Proto "";')

    with reverse_proxy("nginx", tmp_path, trusting_server.url, change=silence) as address:
        said = results(address)
    assert "X-Forwarded-Proto" in said["Scheme"]
    assert "public URL" in said["Address in info.json"]
