from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import psutil
import pytest

from tests.browsing import Visitor
from tests.certificates import write_certificate
from tests.live import START_SECONDS, live_server, manage, share_samples

PUBLIC = "https://images.example.org"


class TestFirstStart:
    def test_it_prints_what_a_newcomer_needs(self, server):
        for path in (
            "/",
            "/admin/",
            "/iiif/3/deep-zoom.tif/info.json",
            "/iiif/3/deep-zoom.tif/full/1200,/0/default.jpg",
        ):
            assert f"{server.url}{path}\n" in server.printed
        assert server.password in server.printed
        assert "admin" in server.printed

    def test_every_printed_link_answers(self, server):
        links = [word for word in server.printed.split() if word.startswith(server.url)]
        statuses = {link: Visitor("").get(link).status for link in links}
        assert len(links) == 4
        assert set(statuses.values()) <= {200, 302}, statuses

    def test_the_printed_password_opens_the_admin(self, server):
        visitor = Visitor(server.url)
        assert visitor.sign_in(server.password).status == 302
        page = visitor.get("/admin/")
        assert page.status == 200
        assert "IIIF image server" in page.text

    def test_the_admin_has_its_style_sheet(self, server):
        page = Visitor(server.url).get("/admin/login/").text
        sheet = next(part for part in page.split('"') if part.endswith(".css"))
        assert Visitor(server.url).get(sheet).status == 200

    def test_health_is_known_by_its_address(self, server):
        assert Visitor(server.url).get("/health").status == 200

    def test_two_workers_answer(self, server):
        deadline = time.monotonic() + START_SECONDS
        # They are forked one after the other, the first of them may answer already.
        while len(psutil.Process(server.pid).children()) < 2:
            assert time.monotonic() < deadline

    def test_head_works(self, server):
        address = urlsplit(server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=START_SECONDS)
        for method in ("HEAD", "GET"):
            connection.request(method, "/health")
            reply = connection.getresponse()
            assert (reply.status, bool(reply.read())) == (200, method == "GET")
        connection.close()

    def test_nothing_is_said_on_standard_error(self, server):
        assert (server.home / "stderr.txt").read_text() == ""


@pytest.mark.slow
def test_a_second_start_is_quick_and_keeps_everything(home):
    with live_server(home) as first:
        password = first.password
    with live_server(home) as second:
        work = psutil.Process(second.pid).cpu_times()
        assert work.user + work.system < 5
        assert password not in second.printed
        assert str(home / "keys" / "admin_password") in second.printed
        assert Visitor(second.url).sign_in(password).status == 302


@pytest.mark.slow
def test_preparation_can_be_left_out(home):
    assert manage(home, "iiif_prepare").returncode == 0
    (home / "static" / "staticfiles.json").rename(home / "aside.json")
    with live_server(home, "--no-prepare") as live:
        assert not (home / "static" / "staticfiles.json").exists()
        assert Visitor(live.url).get("/health").status == 200


@pytest.fixture(scope="module")
def proxied(tmp_path_factory, drawn_samples):
    """A server that knows its public address and the proxy on its own machine."""
    home = tmp_path_factory.mktemp("proxied") / "home"
    share_samples(drawn_samples, home)
    with live_server(home, IIIFSERVER_PUBLIC_URL=PUBLIC, IIIFSERVER_TRUSTED_PROXIES="127.0.0.1") as live:
        yield live


class TestBehindProxy:
    """What a TLS proxy on the same machine sends, without the proxy."""

    HEADERS = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "images.example.org",
        "X-Forwarded-For": "203.0.113.9",
    }

    def test_printed_links_are_public(self, proxied):
        assert f"{PUBLIC}/iiif/3/deep-zoom.tif/info.json" in proxied.printed
        assert "127.0.0.1" not in proxied.printed

    def test_the_first_sign_in_works_with_secure_cookies(self, proxied):
        visitor = Visitor(proxied.url, headers=self.HEADERS)
        reply = visitor.sign_in(proxied.password, Origin=PUBLIC, Referer=f"{PUBLIC}/admin/login/")
        assert reply.status == 302, reply.text
        cookies = reply.headers.get_all("Set-Cookie")
        assert cookies
        assert all("Secure" in cookie for cookie in cookies)
        assert visitor.get("/admin/").status == 200

    def test_it_works_too_when_the_proxy_says_nothing_but_the_host(self, proxied):
        visitor = Visitor(proxied.url, headers={"Host": "images.example.org"})
        reply = visitor.sign_in(proxied.password, Origin=PUBLIC, Referer=f"{PUBLIC}/admin/login/")
        assert reply.status == 302, reply.text

    def test_a_form_from_elsewhere_is_refused_and_the_page_names_the_variables(self, proxied):
        visitor = Visitor(proxied.url, headers=self.HEADERS)
        reply = visitor.sign_in(proxied.password, Origin="https://evil.example")
        assert reply.status == 403
        assert "IIIFSERVER_PUBLIC_URL" in reply.text
        assert "IIIFSERVER_TRUSTED_PROXIES" in reply.text


class TestWithoutProxy:
    def test_forwarded_headers_of_strangers_are_ignored(self, server):
        visitor = Visitor(server.url, headers=TestBehindProxy.HEADERS)
        reply = visitor.sign_in(server.password)
        assert reply.status == 302
        assert not any("Secure" in cookie for cookie in reply.headers.get_all("Set-Cookie"))

    def test_a_proxy_that_is_not_known_gets_a_page_that_names_the_variables(self, home):
        # A server of its own: the refusal is written to its log.
        with live_server(home) as live:
            reply = Visitor(live.url).sign_in(live.password, Origin=PUBLIC)
            assert reply.status == 403
            assert "IIIFSERVER_PUBLIC_URL" in reply.text

    def test_an_unknown_host_gets_a_page_that_names_the_variables(self, home):
        # A server of its own: the refusal is written to its log.
        with live_server(home) as live:
            reply = Visitor(live.url, headers={"Host": "unknown.example"}).get("/admin/login/")
            assert reply.status == 400
            for variable in ("IIIFSERVER_PUBLIC_URL", "IIIFSERVER_ALLOWED_HOSTS", "IIIFSERVER_TRUSTED_PROXIES"):
                assert variable in reply.text
            assert str(home) not in reply.text
            assert "Traceback" not in (home / "logs" / "iiifserver.log").read_text()

    def test_a_page_that_is_missing_says_so_in_plain_words(self, server):
        reply = Visitor(server.url).get("/nothing/here")
        assert reply.status == 404
        assert "nothing at this address" in reply.text


def test_an_allowed_host_is_answered(home):
    with live_server(home, IIIFSERVER_ALLOWED_HOSTS="known.example") as live:
        assert Visitor(live.url, headers={"Host": "known.example"}).get("/health").status == 200


def test_tls_without_any_proxy(home, tmp_path):
    certificate, key = write_certificate(tmp_path)
    with live_server(home, TLS_CERT=str(certificate), TLS_KEY=str(key)) as live:
        assert f"{live.url}/admin/" in live.printed
        visitor = Visitor(live.url)
        reply = visitor.sign_in(live.password, Referer=f"{live.url}/admin/login/")
        assert reply.status == 302, reply.text
        assert all("Secure" in cookie for cookie in reply.headers.get_all("Set-Cookie"))


@pytest.mark.slow
def test_the_access_log_is_written_when_it_is_asked_for(home):
    log = home / "logs" / "access.log"
    with live_server(home, IIIFSERVER_ACCESS_LOG=str(log)) as live:
        assert Visitor(live.url).get("/health?seen").status == 200
    assert "/health?seen" in log.read_text()


def test_a_signal_ends_it_with_all_its_workers(home):
    with live_server(home) as live:
        process = psutil.Process(live.pid)
        family = [process, *process.children(recursive=True)]
    assert not [member for member in family if member.is_running() and member.status() != psutil.STATUS_ZOMBIE]


def test_help_names_the_variables(tmp_path):
    shown = manage(tmp_path, "serve", "--help").stdout
    assert all(variable in shown for variable in ("HOST", "PORT", "WORKERS"))
