"""The HTTP source, against a server of our own that counts, and misbehaves on demand."""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path

import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import (
    Forbidden,
    IIIFError,
    SourceNonsense,
    SourceReplaced,
    SourceTooSlow,
    SourceUnavailable,
)
from iiifserver.testing import SourceContract, SourceUnderTest, content_of
from sources.backends.http import HttpForm, HttpSource
from sources.base import Place
from sources.crowd import Crowd
from sources.freshness import Freshness
from sources.ranged.remote import Mode
from sources.ranged.retries import Patience
from tests.certificates import write_certificate
from tests.sources.backends.object_store_contract import LATER, read_a_piece
from tests.sources.web_server import Handler, WebServer, web_server

QUICK = {"connect_seconds": 2, "read_seconds": 2, "whole_seconds": 5, "look_again_seconds": 0}


def source_at(web: WebServer, **options: object) -> HttpSource:
    source = HttpSource.build({"base_url": f"{web.address}/scans/", **QUICK, **options})
    source.patience = Patience(sleep=lambda seconds: None)
    source.crowd = Crowd(most_waiting=100)
    return source


def put(web: WebServer, name: str, content: bytes = b"0123456789", **state: object) -> None:
    web.put(f"/scans/{name}", content, **state)


def look(source: HttpSource, name: str = "a.png"):
    return source.look(source.remote(Place(name=name)))


class ContractOverHttp(SourceContract):
    options: dict[str, object] = {}

    @pytest.fixture
    def subject(self, web: WebServer) -> SourceUnderTest:
        self.prepare(web)
        return SourceUnderTest(source_at(web, **self.options), lambda name, content: put(web, name, content))

    def prepare(self, web: WebServer) -> None:
        """Makes the server the kind of server that it is."""


class TestHttp(ContractOverHttp):
    pass


class TestHttpByHead(ContractOverHttp):
    options = {"mode": "head"}


class TestHttpWithoutSharedCache(ContractOverHttp):
    options = {"shared_cache_megabytes": 0, "request_cache_megabytes": 0}


class TestHttpThatKnowsNoRanges(ContractOverHttp):
    def prepare(self, web: WebServer) -> None:
        web.knows_ranges = False


class TestHttpWithoutHead(ContractOverHttp):
    options = {"mode": "head"}

    def prepare(self, web: WebServer) -> None:
        web.knows_head = False


class TestHttpWithoutLength(ContractOverHttp):
    def prepare(self, web: WebServer) -> None:
        web.knows_ranges = web.tells_length = False


class TestHttpWithoutTags(ContractOverHttp):
    @pytest.fixture
    def subject(self, web: WebServer) -> SourceUnderTest:
        return SourceUnderTest(source_at(web), lambda name, content: put(web, name, content, etag=""))


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("/scans/", "/scans/a%3Fb%23c%25%20d%2B.png"),
        ("/scans/?key=1&b=2", "/scans/a%3Fb%23c%25%20d%2B.png?key=1&b=2"),
        ("", "/a%3Fb%23c%25%20d%2B.png"),
    ],
)
def test_a_name_is_escaped_and_stands_before_the_query(web: WebServer, base: str, address: str):
    seen = []

    def note(handler: Handler) -> bool:
        seen.append(handler.path)
        return False

    web.fault = note
    HttpSource.build({"base_url": f"{web.address}{base}", **QUICK}).find(Place(name="a?b#c% d+.png"))
    assert seen == [address.replace("+.png", "%2B.png") if "%2B" not in address else address]


def test_only_what_is_read_is_fetched(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    with source_at(web).find(Place(name="a.tif")).open() as file:
        file.seek(500_000)
        assert file.read(10) == bytes(10)
    assert len(web.requests) == 2
    assert web.sent <= 2 * 64_000


def test_who_reads_on_is_given_more_at_once(web: WebServer):
    content = bytes(range(256)) * 20_000
    put(web, "a.png", content)
    with source_at(web).find(Place(name="a.png")).open() as file:
        read = b"".join(iter(lambda: file.read(10_000), b""))
    assert read == content
    assert len(web.requests) < 10


def test_pieces_that_are_known_to_be_needed_come_in_few_requests(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    with source_at(web).find(Place(name="a.tif")).open() as file:
        before = web.sent
        file.prefetch([(300_000, 310_000), (310_008, 320_000), (900_000, 910_000)])
        assert (len(web.requests), web.sent - before) == (3, 30_000)
        file.seek(310_008)
        file.read(9_992)
        assert len(web.requests) == 3


def test_an_image_is_looked_at_again_only_after_a_while(web: WebServer):
    put(web, "a.png")
    source = source_at(web, look_again_seconds=60)
    for _ in range(3):
        content_of(source, "a.png")
    assert len(web.requests) == 1


def test_what_was_fetched_outlasts_a_restart(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    for _ in range(2):
        with source_at(web).find(Place(name="a.tif")).open() as file:
            file.seek(500_000)
            file.read(10)
    assert len(web.requests) == 3


class TestConfirmedLater:
    """An image that was seen before a restart, by somebody who asks at the end whether it is so still."""

    @pytest.fixture(params=[{"etag": '"strong"'}, {"etag": 'W/"weak"'}, {"etag": "", "modified": 1_000_000_000}])
    def seen(self, request, web: WebServer) -> HttpSource:
        put(web, "a.tif", bytes(1_000_000), **request.param)
        source_at(web).find(Place(name="a.tif"))
        web.requests.clear()
        return source_at(web)

    def test_a_piece_that_is_read_tells(self, seen: HttpSource, web: WebServer):
        found = seen.find(LATER)
        read_a_piece(found)
        found.confirm()
        assert [request.headers["range"] for request in web.requests] == ["bytes=500000-563999"]

    def test_what_was_told_counts_for_a_while(self, seen: HttpSource, web: WebServer):
        source = source_at(web, look_again_seconds=60)
        read_a_piece(source.find(LATER))
        web.requests.clear()
        source.find(Place(name="a.tif"))
        assert web.requests == []

    def test_where_nothing_is_read_one_look_tells(self, seen: HttpSource, web: WebServer):
        found = seen.find(LATER)
        assert web.requests == []
        found.confirm()
        found.confirm()
        assert len(web.requests) == 1

    @pytest.mark.parametrize("is_read", [True, False])
    def test_another_image_is_none(self, seen: HttpSource, web: WebServer, is_read: bool):
        found = seen.find(LATER)
        put(web, "a.tif", bytes(999_999), etag='"other"', modified=1_000_000_060)
        with pytest.raises(SourceReplaced):
            read_a_piece(found) if is_read else found.confirm()
        newer = seen.find(LATER)
        assert newer.version != found.version
        newer.confirm()

    @pytest.mark.parametrize("is_read", [True, False])
    def test_what_is_gone_is_none(self, seen: HttpSource, web: WebServer, is_read: bool):
        found = seen.find(LATER)
        web.files.clear()
        with pytest.raises(SourceReplaced):
            read_a_piece(found) if is_read else found.confirm()
        assert seen.find(LATER) is None

    def test_after_a_purge_it_is_looked_at_first(self, seen: HttpSource, web: WebServer):
        seen.find(Place(name="a.tif", freshness=Freshness(is_confirmed_later=True, news=5, outdated_before=5)))
        assert len(web.requests) == 1


def test_an_image_of_which_the_server_says_no_version_is_looked_at_first(web: WebServer):
    put(web, "a.tif", bytes(1_000_000), etag="")
    source_at(web).find(LATER)
    web.requests.clear()
    source_at(web).find(LATER)
    assert len(web.requests) == 1


@pytest.mark.parametrize("mode", ["auto", "head", "ranged", "whole"])
def test_every_way_of_asking_gives_the_same_bytes(web: WebServer, mode: str):
    put(web, "a.png")
    assert content_of(source_at(web, mode=mode), "a.png") == b"0123456789"


@pytest.mark.parametrize(
    ("mode", "changes", "found"),
    [
        ("auto", {}, Mode.RANGED),
        ("auto", {"knows_ranges": False}, Mode.WHOLE),
        ("head", {}, Mode.HEAD),
        ("head", {"knows_head": False}, Mode.RANGED),
        ("head", {"knows_head": False, "knows_ranges": False}, Mode.WHOLE),
        ("head", {"knows_ranges": False}, Mode.WHOLE),
        ("whole", {}, Mode.WHOLE),
    ],
)
def test_how_an_image_is_read_is_found_out_and_explained(web: WebServer, mode: str, changes: dict, found: Mode):
    vars(web).update(changes)
    put(web, "a.png")
    seen = look(source_at(web, mode=mode))
    assert seen.mode is found
    assert seen.reason.endswith(".")


def test_a_whole_image_is_fetched_once_and_then_only_asked_about(web: WebServer):
    web.knows_ranges = False
    put(web, "a.png", bytes(100_000))
    source = source_at(web)
    for _ in range(3):
        assert content_of(source, "a.png") == bytes(100_000)
    assert (len(web.requests), web.sent) == (3, 100_000)


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_whole_image_that_is_too_large_is_refused(web: WebServer, tells_length: bool):
    web.knows_ranges, web.tells_length = False, tells_length
    put(web, "a.png", bytes(1_500_000))
    with pytest.raises(SourceNonsense, match="too large"):
        source_at(web, largest_whole_megabytes=1).find(Place(name="a.png"))


@pytest.mark.parametrize("size", [500_000, 3_000_000])
def test_a_whole_image_can_be_read_from_any_place_and_leaves_no_file(web: WebServer, size: int):
    web.knows_ranges = False
    content = bytes(range(250)) * (size // 250)
    put(web, "a.png", content)
    with source_at(web).find(Place(name="a.png")).open() as file:
        file.seek(size - 10)
        assert file.read() == content[-10:]


def test_an_empty_file_is_found_empty(web: WebServer):
    put(web, "a.png", b"")
    assert content_of(source_at(web), "a.png") == b""


# Faults


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b""):
    def fault(handler: Handler) -> bool:
        handler.answer(status, {"Content-Length": str(len(body)), **(headers or {})})
        handler.body(body)
        return True

    return fault


def once(fault):
    """The fault for the first request that asks for more than the beginning."""
    times = []

    def first(handler: Handler) -> bool:
        if "bytes=0-" in handler.request_seen.headers.get("range", "bytes=0-") or times:
            return False
        times.append(1)
        return fault(handler)

    return first


def later(fault):
    """The fault for every request that asks for more than the beginning."""
    return lambda handler: "bytes=0-" not in handler.request_seen.headers["range"] and fault(handler)


def reset(handler: Handler) -> bool:
    handler.answer(206, {"Content-Range": "bytes 500000-563999/1000000", "Content-Length": "64000"})
    handler.body(bytes(1000))
    handler.break_off()
    return True


def read_in_the_middle(source: HttpSource) -> bytes:
    with source.find(Place(name="a.tif")).open() as file:
        file.seek(500_000)
        return file.read(10)


@pytest.fixture
def large(web: WebServer) -> WebServer:
    put(web, "a.tif", bytes(1_000_000))
    return web


def test_a_reset_in_the_middle_of_a_body_is_got_over(large: WebServer):
    large.fault = once(reset)
    assert read_in_the_middle(source_at(large)) == bytes(10)
    assert len(large.requests) == 3


def test_resets_without_end_are_an_error_of_the_source(large: WebServer):
    large.fault = later(reset)
    with pytest.raises(SourceUnavailable):
        read_in_the_middle(source_at(large))
    assert len(large.requests) == 4


@pytest.mark.parametrize(("announced", "sent"), [("64000", 1000), ("10", 10), ("70000", 70_000)])
def test_a_length_that_is_wrong_is_never_served(large: WebServer, announced: str, sent: int):
    def lie(handler: Handler) -> bool:
        handler.answer(
            206,
            {"Content-Range": "bytes 500000-563999/1000000", "Content-Length": announced, "Connection": "close"}
            | handler.state_of(large.files["/scans/a.tif"]),
        )
        handler.body(bytes(sent))
        handler.close_connection = True
        return True

    large.fault = later(lie)
    with pytest.raises((SourceNonsense, SourceUnavailable)):
        read_in_the_middle(source_at(large))


def test_a_source_that_trickles_is_too_slow_long_before_it_ends(large: WebServer):
    def trickle(handler: Handler) -> bool:
        handler.answer(206, {"Content-Range": "bytes 500000-563999/1000000", "Content-Length": "64000"})
        while not large.stop.wait(0.02):
            handler.wfile.write(b"0")
            handler.wfile.flush()
        return True

    large.fault = later(trickle)
    with pytest.raises(SourceTooSlow):
        read_in_the_middle(source_at(large, whole_seconds=0.3))


def test_headers_that_trickle_are_too_slow_as_well(large: WebServer):
    def trickle(handler: Handler) -> bool:
        handler.wfile.write(b"HTTP/1.1 206 OK\r\nX-Long: ")
        while not large.stop.wait(0.02):
            handler.wfile.write(b"0")
            handler.wfile.flush()
        return True

    large.fault = trickle
    with pytest.raises(SourceTooSlow):
        source_at(large, whole_seconds=0.3).find(Place(name="a.tif"))


def test_a_source_that_says_nothing_is_too_slow(large: WebServer):
    large.fault = lambda handler: bool(large.stop.wait(20))
    with pytest.raises(SourceTooSlow):
        source_at(large, read_seconds=0.2).find(Place(name="a.tif"))


def test_a_server_that_stops_giving_pieces_is_read_as_a_whole(large: WebServer):
    source = source_at(large)
    found = source.find(Place(name="a.tif"))
    large.knows_ranges = False
    with found.open() as file:
        file.seek(500_000)
        assert file.read(10) == bytes(10)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Range": "bytes 0-9/10"},
        {"Content-Range": "bytes 500000-500009/1000000"},
        {"Content-Range": "bytes 500009-500000/1000000"},
        {"Content-Range": "bytes */1000000"},
        {"Content-Range": "bytes 500000-563999/1000000", "Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_a_piece_that_is_not_the_one_asked_for_is_never_served(large: WebServer, headers: dict[str, str]):
    large.fault = later(answering(206, headers, bytes(10)))
    with pytest.raises((SourceNonsense, SourceUnavailable)):
        read_in_the_middle(source_at(large))


def test_what_is_no_http_is_nonsense(large: WebServer):
    def babble(handler: Handler) -> bool:
        handler.wfile.write(b"hello there\r\n\r\n")
        handler.close_connection = True
        return True

    large.fault = babble
    with pytest.raises((SourceNonsense, SourceUnavailable)):
        source_at(large).find(Place(name="a.tif"))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Forbidden),
        (403, Forbidden),
        (418, SourceNonsense),
        (429, SourceUnavailable),
        (500, SourceUnavailable),
        (503, SourceUnavailable),
        (505, SourceUnavailable),
    ],
)
def test_each_status_means_something(web: WebServer, status: int, error: type[IIIFError]):
    web.fault = answering(status)
    with pytest.raises(error):
        source_at(web).find(Place(name="a.png"))


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_missing(web: WebServer, status: int):
    web.fault = answering(status)
    assert source_at(web).find(Place(name="a.png")) is None


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_server_that_refuses_ranges_is_asked_for_the_whole(web: WebServer, status: int):
    put(web, "a.png")
    web.fault = lambda handler: "range" in handler.request_seen.headers and answering(status)(handler)
    assert content_of(source_at(web), "a.png") == b"0123456789"


def test_a_server_that_asks_to_wait_is_left_alone_that_long(web: WebServer):
    web.fault = answering(503, {"Retry-After": "90"})
    with pytest.raises(SourceUnavailable) as error:
        source_at(web).find(Place(name="a.png"))
    assert (error.value.retry_after_seconds, len(web.requests)) == (90, 1)


def test_a_short_wait_is_waited_for(web: WebServer):
    put(web, "a.png")
    pauses: list[float] = []
    source = source_at(web)
    source.patience = Patience(sleep=pauses.append)
    web.fault = lambda handler: len(web.requests) == 1 and answering(503, {"Retry-After": "1"})(handler)
    assert content_of(source, "a.png") == b"0123456789"
    assert pauses == [1.0]


def test_a_signature_that_has_expired_is_forbidden(web: WebServer):
    put(web, "a.png")
    web.fault = answering(403, {}, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
    url = f"{web.address}/scans/a.png?X-Amz-Expires=1&X-Amz-Signature=0"
    with pytest.raises(Forbidden):
        source_at(web).find(Place(name="a", details={"url": url}))


def test_a_server_that_is_not_there_is_unavailable(web: WebServer):
    with web_server() as gone:
        source = source_at(gone)
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="a.png"))


@pytest.mark.parametrize("content", [b"1" * 1_000_000, b"1" * 900_000])
def test_a_file_that_is_replaced_while_it_is_read_is_never_mixed(large: WebServer, content: bytes):
    source = source_at(large, look_again_seconds=60)
    file = source.find(Place(name="a.tif")).open()
    put(large, "a.tif", content)
    file.seek(500_000)
    with pytest.raises(SourceUnavailable) as error:
        file.read(10)
    file.close()
    assert error.value.retry_after_seconds == 1
    assert content_of(source, "a.tif") == content


def test_a_file_without_a_tag_is_not_mixed_either(web: WebServer):
    put(web, "a.tif", bytes(1_000_000), etag="", modified=1_000_000_000)
    file = source_at(web).find(Place(name="a.tif")).open()
    put(web, "a.tif", b"1" * 1_000_000, etag="", modified=1_000_000_060)
    file.seek(500_000)
    with pytest.raises(SourceUnavailable):
        file.read(10)
    file.close()


def read_and_swallow(source: HttpSource) -> None:
    """What decoders do with an error of a file: they take it for damage."""
    with source.find(Place(name="a.tif")).open() as file:
        file.seek(500_000)
        with suppress(IIIFError):
            file.read(10)
        raise ValueError("damaged")


def test_an_error_that_a_reader_swallows_comes_up_at_the_end(large: WebServer):
    large.fault = later(answering(403))
    with pytest.raises(Forbidden):
        read_and_swallow(source_at(large))


def test_a_source_that_fails_again_and_again_is_left_alone(web: WebServer):
    web.fault = answering(500)
    source = source_at(web)
    for _ in range(20):
        with pytest.raises(SourceUnavailable):
            source.find(Place(name="a.png"))
    assert len(web.requests) == 5 * 3
    assert list(source.breaker.failing()) == [web.address]


# Redirects


def leading_to(target: str):
    return answering(302, {"Location": target})


def test_a_redirect_is_followed(web: WebServer):
    put(web, "b.png")
    web.fault = lambda handler: handler.path == "/scans/a.png" and leading_to("b.png")(handler)
    assert content_of(source_at(web), "a.png") == b"0123456789"


def test_a_redirect_that_leads_in_circles_is_nonsense(web: WebServer):
    web.fault = leading_to("/scans/a.png")
    with pytest.raises(SourceNonsense, match="without end"):
        source_at(web).find(Place(name="a.png"))
    assert len(web.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://167772161/",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "http://[/",
        "//:99999/",
    ],
)
def test_a_redirect_to_a_place_that_is_closed_is_not_followed(web: WebServer, target: str):
    web.fault = leading_to(target)
    with pytest.raises(SourceUnavailable, match="may not ask"):
        source_at(web).find(Place(name="a.png"))
    assert len(web.requests) == 1


def test_a_password_goes_to_no_other_server(web: WebServer):
    with web_server() as other:
        other.put("/a.png", b"other")
        web.fault = leading_to(f"{other.address}/a.png")
        source = source_at(web, username="u", password="p", headers="X-Key: 1")
        assert content_of(source, "a.png") == b"other"
    assert not {"authorization", "x-key"} & other.requests[0].headers.keys()
    assert {"authorization", "x-key"} <= web.requests[0].headers.keys()


# Who we are


def test_basic_authentication_goes_with_every_request(large: WebServer):
    """Parity 11.30."""
    read_in_the_middle(source_at(large, username="Zoë", password="a:b"))
    expected = "Basic " + base64.b64encode("Zoë:a:b".encode()).decode()
    assert [request.headers["authorization"] for request in large.requests] == [expected] * 2


def test_a_token_and_own_headers_are_sent(web: WebServer, monkeypatch):
    monkeypatch.setenv("IIIF_SECRET_KEY", "opensesame")
    put(web, "a.png")
    source_at(web, bearer_token="t0k", headers="X-Key: env:IIIF_SECRET_KEY\nX-Other: 1").find(Place(name="a.png"))
    headers = web.requests[0].headers
    assert (headers["authorization"], headers["x-key"], headers["x-other"]) == ("Bearer t0k", "opensesame", "1")


def test_a_delegate_says_where_an_image_is_and_who_asks(web: WebServer):
    put(web, "a.png")
    details = {"url": f"{web.address}/scans/a.png", "username": "u", "secret": "p", "headers": '{"X-One": "1"}'}
    assert source_at(web).find(Place(name="anything", details=details))
    assert web.requests[0].headers["authorization"] == "Basic dTpw"
    assert web.requests[0].headers["x-one"] == "1"


def test_the_password_of_a_row_does_not_go_where_a_delegate_leads(web: WebServer):
    with web_server() as other:
        other.put("/a.png", b"other")
        source_at(web, username="u", password="p").find(Place(name="a", details={"url": f"{other.address}/a.png"}))
    assert "authorization" not in other.requests[0].headers


def test_two_who_ask_with_different_passwords_are_told_apart(web: WebServer):
    put(web, "a.png")
    source = source_at(web, look_again_seconds=60)
    assert source.find(Place(name="a.png", details={"secret": "right"}))
    web.fault = answering(403)
    with pytest.raises(Forbidden):
        source.find(Place(name="a.png", details={"secret": "wrong"}))


def test_the_certificate_of_an_own_authority_is_believed(loopback_is_open, tmp_path: Path):
    certificate = write_certificate(tmp_path)
    with web_server(certificate) as secure:
        put(secure, "a.png")
        assert content_of(source_at(secure, certificate_authority=certificate[0].read_text()), "a.png")


def test_any_certificate_is_believed_only_when_ticked(loopback_is_open, tmp_path: Path):
    with web_server(write_certificate(tmp_path)) as secure:
        put(secure, "a.png")
        with pytest.raises(SourceUnavailable, match="certificate"):
            source_at(secure).find(Place(name="a.png"))
        assert content_of(source_at(secure, is_unverified=True), "a.png")


def test_everything_goes_through_the_proxy(web: WebServer):
    seen = []

    def proxy(handler: Handler) -> bool:
        seen.append(handler.path)
        return answering(206, {"Content-Range": "bytes 0-1/2", "ETag": '"1"'}, b"ab")(handler)

    web.fault = proxy
    source = HttpSource.build(
        {"base_url": "http://images.invalid/", "proxy": web.address, "proxy_login": "me:pass", **QUICK}
    )
    assert content_of(source, "a.png") == b"ab"
    assert seen == ["http://images.invalid/a.png"]
    assert web.requests[0].headers["proxy-authorization"] == "Basic " + base64.b64encode(b"me:pass").decode()


# Options


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"base_url": ""},
        {"base_url": 5},
        {"base_url": "ftp://example.org/"},
        {"base_url": "http://10.0.0.1/"},
        {"base_url": "http://me:secret@example.org/"},
        {"base_url": "https://example.org/", "mode": "guess"},
        {"base_url": "https://example.org/", "headers": "nonsense"},
        {"base_url": "https://example.org/", "headers": "Host: other"},
        {"base_url": "https://example.org/", "headers": "X-Key: env:SECRET_KEY"},
        {"base_url": "https://example.org/", "bearer_token": "a\r\nHost: b"},
        {"base_url": "https://example.org/", "certificate_authority": "nonsense"},
        {"base_url": "https://example.org/", "proxy": "http://169.254.169.254/"},
        {"base_url": "https://example.org/", "block_kilobytes": 0},
        {"base_url": "https://example.org/", "whole_seconds": "long"},
    ],
    ids=str,
)
def test_options_that_make_no_sense_do_not_build(options: dict[str, object]):
    with pytest.raises(BackendError) as error:
        HttpSource.build(options)
    assert "secret@" not in str(error.value)


def form(**changes: object) -> HttpForm:
    filled = {name: field.initial for name, field in HttpForm().fields.items()}
    return HttpForm({**filled, "base_url": "https://example.org/", **changes})


def test_the_form_begins_with_values_that_build():
    filled = form()
    assert filled.is_valid()
    assert HttpSource.build(filled.cleaned_data).options.block_kilobytes == 64


@pytest.mark.parametrize(
    ("field", "value", "cure"),
    [
        ("base_url", "ftp://example.org", "http://"),
        ("base_url", "http://10.0.0.1/", "PRIVATE_NETWORKS"),
        ("base_url", "https://me:secret@example.org/", "own fields"),
        ("base_url", "https://example.org/a b", "without spaces"),
        ("headers", "nonsense", "one header in a line"),
        ("headers", "Host: a", "itself"),
        ("headers", "X-Key: env:SECRET_KEY", "may not be read"),
        ("proxy", "http://me:secret@example.org:3128", "own field"),
    ],
)
def test_the_form_says_what_to_mend(field: str, value: str, cure: str):
    assert cure in form(**{field: value}).errors[field][0]


def test_own_headers_are_stored_encrypted_and_not_shown_again():
    filled = form(headers="X-Key: opensesame")
    assert filled.is_valid()
    stored = filled.cleaned_data["headers"]
    assert "opensesame" not in stored
    assert "opensesame" not in str(filled["headers"].as_widget())
    assert stored not in str(form(headers=stored)["headers"].as_widget())


def test_an_image_comes_from_another_machine(web: WebServer):
    put(web, "a.png")
    found = source_at(web).find(Place(name="a.png"))
    assert found is not None
    assert found.is_far
