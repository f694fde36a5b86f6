"""Requests that are the same as one before: answered without Django, and never with what is no longer so."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from PIL import Image

from caching.invalidations import write_line
from caching.models import Cache
from caching.purges import EVERYTHING, Purge
from iiifserver.delegates import Delegate
from iiifserver.iiif.errors import DecoderCrashed
from iiifserver.quick_answers import QuickAnswers
from images.activity.top_images import top_images
from images.metrics import own_registry
from images.runtime import keeper
from overlays.models import Overlay
from tests.images.api.conftest import own_process  # noqa: F401 - a fixture for every test here
from tests.images.conftest import BLUE, RED, draw_card, fence, http, service, under  # noqa: F401 - fixtures

CARD = "/iiif/3/card.png/0,0,100,100/50,/0/default.png"


@dataclass
class Answer:
    status: str
    headers: dict[str, str]
    content: bytes
    is_quick: bool
    """Whether Django was left out."""

    @property
    def colour(self) -> tuple[int, ...]:
        with Image.open(io.BytesIO(self.content)) as image:
            return image.convert("RGB").getpixel((10, 10))


@dataclass
class Server:
    """The application as gunicorn calls it."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.django = WSGIHandler()
        self.application = QuickAnswers(self.passed_on, most=10)

    def passed_on(self, environ, start_response):
        self.asked.append(environ)
        return self.django(environ, start_response)

    def get(self, uri: str = CARD, **environ: str) -> Answer:
        path, _, query = uri.partition("?")
        told = {
            **{"REQUEST_METHOD": "GET", "RAW_URI": uri, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": ""},
            **{"SERVER_NAME": "testserver", "SERVER_PORT": "80", "HTTP_HOST": "testserver", "REMOTE_ADDR": "127.0.0.1"},
            **{"wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO()},
            **environ,
        }
        begun, before = [], len(self.asked)
        response = self.application(told, lambda status, headers: begun.append((status, dict(headers))))
        content = b"".join(response)
        getattr(response, "close", int)()
        return Answer(*begun[0], content, is_quick=len(self.asked) == before)


@pytest.fixture
def server(service):  # noqa: F811
    Cache.objects.create(name="Memory", kind="memory", position=1)
    keeper.forget()
    return Server()


def test_the_second_request_is_answered_at_once_and_the_same(server):
    first, second = server.get(), server.get()
    assert (first.is_quick, second.is_quick) == (False, True)
    length = {"Content-Length": str(len(first.content))}
    assert (second.status, second.headers, second.content) == (first.status, first.headers | length, first.content)


def test_the_length_is_that_of_the_picture_as_it_is_kept_now(server, monkeypatch):
    server.get()
    monkeypatch.setattr("images.decisions.PictureDecision.content", lambda decision: b"another")
    answer = server.get()
    assert (answer.is_quick, answer.content, answer.headers["Content-Length"]) == (True, b"another", "7")


def test_each_answer_is_counted(server):
    def counted() -> float:
        return own_registry.get_sample_value("iiifserver_requests_total", {"kind": "image", "status": "200"}) or 0

    before = counted()
    assert [server.get().is_quick for _ in range(3)] == [False, True, True]
    assert counted() - before == 3


def test_quick_answers_count_for_the_images_that_are_asked_for_most(server, monkeypatch):
    counted: list[str] = []
    monkeypatch.setattr(top_images, "count", counted.append)
    server.get()
    server.get()
    assert counted == ["card.png"] * 2


INFO = "/iiif/3/card.png/info.json"


def test_an_info_json_is_answered_likewise(server):
    first, second = server.get(INFO), server.get(INFO)
    assert (first.is_quick, second.is_quick) == (False, True)
    assert (second.headers, second.content) == (first.headers, first.content)


@pytest.mark.parametrize("wish", [{"HTTP_ACCEPT": "application/json"}, {"HTTP_ACCEPT_ENCODING": "gzip"}], ids=str)
def test_each_form_of_an_info_json_is_an_answer_of_its_own(server, wish):
    server.get(INFO)
    first, second = server.get(INFO, **wish), server.get(INFO, **wish)
    assert (first.is_quick, second.is_quick) == (False, True)
    assert second.headers == first.headers != server.get(INFO).headers


def test_an_info_json_tells_of_a_replaced_image_at_once(server, service):  # noqa: F811
    server.get(INFO)
    service.draw("card.png", draw_card((600, 400)))
    assert b'"width":600' in server.get(INFO).content


def test_an_info_json_of_an_image_that_has_got_a_working_copy_is_djangos(server, service, monkeypatch):  # noqa: F811
    service.draw("large.png", draw_card((1200, 1000)))
    large = INFO.replace("card", "large")
    assert [server.get(large).is_quick for _ in range(2)] == [False, True]
    monkeypatch.setattr("images.decisions.InfoDecision.has_copy_now", lambda decision: True)
    assert not server.get(large).is_quick


@pytest.mark.parametrize("address", [CARD, INFO])
def test_a_file_that_has_failed_since_is_refused(server, monkeypatch, address):
    server.get(address)
    monkeypatch.setattr("images.failed_files.known.Guard.check", lambda *_: (_ for _ in ()).throw(DecoderCrashed("x")))
    assert not server.get(address).is_quick


# --- What has changed is decided anew ------------------------------------------------------------------------------


def test_a_replaced_image_is_a_new_picture_at_once(server, service):  # noqa: F811
    assert [server.get().colour for _ in range(2)] == [RED, RED]
    card = draw_card((301, 200))
    card.paste(BLUE, (0, 0, 301, 200))
    service.draw("card.png", card)
    assert [server.get().colour for _ in range(2)] == [BLUE, BLUE]


def test_an_image_that_is_gone_is_gone_at_once(server, service):  # noqa: F811
    server.get()
    (service.folder / "card.png").unlink()
    assert server.get().status.startswith("404")


def test_changed_settings_are_used_at_once(server, http):  # noqa: F811
    server.get()
    http(images_max_age_seconds=77)
    answer = server.get()
    assert (answer.is_quick, answer.headers["Cache-Control"]) == (False, "public, max-age=77")


@pytest.mark.parametrize("purge", [EVERYTHING, Purge.of_image("card.png")])
def test_what_is_purged_is_made_anew(server, purge):
    server.get()
    write_line(purge)
    keeper.look_now()
    assert [server.get().is_quick for _ in range(2)] == [False, True]


def test_what_is_hidden_since_is_covered(server):
    assert server.get().colour == RED
    Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "0,0,150,100"})
    keeper.look_now()
    assert server.get().colour != RED


def test_what_is_hidden_while_it_is_answered_is_not_given_out(server, monkeypatch):
    server.get()
    monkeypatch.setattr("images.decisions.with_other_protections", lambda runtime: runtime)
    assert not server.get().is_quick


def test_a_picture_that_no_cache_has_any_more_is_made_anew(server):
    server.get()
    for link in keeper.current().caches.derivatives.links:
        link.cache.purge()
    assert [server.get().is_quick for _ in range(2)] == [False, True]


# --- What must be seen by Django -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_IF_NONE_MATCH": '"x"'},
        {"HTTP_IF_MATCH": '"x"'},
        {"HTTP_IF_MODIFIED_SINCE": "Sun, 22 Nov 2026 00:00:00 GMT"},
        {"HTTP_IF_UNMODIFIED_SINCE": "Sun, 22 Nov 2026 00:00:00 GMT"},
        {"HTTP_FORWARDED": "for=192.0.2.1"},
        {"HTTP_X_FORWARDED_PATH": "/images"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.1, 192.0.2.2"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "OPTIONS"},
        {"HTTP_HOST": "another.example"},
        {"HTTP_HOST": ""},
        {"RAW_URI": ""},
        {"wsgi.url_scheme": "https"},
        {"SCRIPT_NAME": "/below"},
    ],
    ids=str,
)
def test_a_request_that_is_another_is_not_answered_by_the_first(server, environ):
    server.get()
    assert not server.get(**environ).is_quick


def test_a_query_is_looked_at(server):
    for _ in range(2):
        answer = server.get(f"{CARD}?response-content-disposition=attachment")
        assert not answer.is_quick
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_errors_are_no_answers_to_keep(server):
    assert [server.get("/iiif/3/missing.png/full/max/0/default.png").is_quick for _ in range(2)] == [False, False]


def test_the_delegate_is_asked_each_time(server, under):  # noqa: F811
    under(Delegate)
    assert [server.get().is_quick for _ in range(2)] == [False, False]


@pytest.mark.parametrize(
    "columns",
    [{"audience": "strangers"}, {"last_day": date.today() + timedelta(days=1)}],
    ids=["visitor", "day"],
)
def test_a_rule_that_looks_at_the_visitor_or_the_day_is_asked_each_time(server, columns):
    Overlay.objects.create(name="Mark", kind="text", options={"text": "Mark"}, **columns)
    keeper.forget()
    assert [server.get().is_quick for _ in range(2)] == [False, False]


# --- Behind a proxy ------------------------------------------------------------------------------------------------

PROXY = {"REMOTE_ADDR": "192.0.2.9", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "images.example.org"}


def test_clients_of_one_proxy_share_an_answer(server, http, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["images.example.org", "testserver"]
    http(trusted_proxies="192.0.2.9")
    first = server.get(**PROXY, HTTP_X_FORWARDED_FOR="198.51.100.1")
    second = server.get(**PROXY, HTTP_X_FORWARDED_FOR="198.51.100.2")
    assert (first.is_quick, second.is_quick) == (False, True)
    assert "https://images.example.org/iiif/3/card.png/" in second.headers["Link"]


def test_what_one_proxy_says_is_not_what_another_says(server, http, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["images.example.org", "testserver"]
    http(trusted_proxies="192.0.2.9")
    server.get(**PROXY)
    stranger = server.get(**{**PROXY, "REMOTE_ADDR": "192.0.2.10"})
    assert not stranger.is_quick
    assert "http://testserver/" in stranger.headers["Link"]


def test_a_proxy_that_names_another_trusted_proxy_is_looked_at(server, http, settings):  # noqa: F811
    settings.ALLOWED_HOSTS = ["images.example.org", "testserver"]
    http(trusted_proxies="192.0.2.0/24")
    assert [server.get(**PROXY, HTTP_X_FORWARDED_FOR="192.0.2.1").is_quick for _ in range(2)] == [False, False]


def test_never_more_answers_are_remembered_than_allowed(server):
    addresses = [CARD.replace("50,", f"{width},") for width in range(20, 35)]
    for address in addresses:
        server.get(address)
    assert [server.get(address).is_quick for address in (addresses[-1], addresses[0])] == [True, False]
