"""What goes wrong in the middle of an object, for every client of a store: the right bytes come, or an error does."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from iiifserver.iiif.errors import SourceNonsense, SourceTooSlow, SourceUnavailable
from sources.backends.azure import AzureSource
from sources.backends.gcs import GcsSource
from sources.backends.s3 import S3Source
from sources.base import Place
from sources.ranged.retries import Patience
from tests.sources.web_server import Handler, WebServer

CONTENT = bytes(range(250)) * 4000
PLACE = 500_010
EXPECTED = CONTENT[PLACE : PLACE + 10]
FAILURES = (SourceUnavailable, SourceNonsense)


KINDS = {"s3": S3Source, "azure": AzureSource, "gcs": GcsSource}


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    return str(request.param)


@pytest.fixture
def store(web: WebServer, kind: str, monkeypatch) -> WebServer:
    # Azure's library waits a second before it asks for the rest of a piece by itself.
    monkeypatch.setattr("azure.storage.blob._download.time", SimpleNamespace(sleep=lambda seconds: None))
    web.put("/b/a.tif", CONTENT, modified=1_000_000_000)
    web.fault = speaking(kind)
    return web


def speaking(kind: str, fault: Callable[[Handler], bool] = lambda handler: False) -> Callable[[Handler], bool]:
    """Has the server speak like the store; the fault is for pieces from the middle."""

    def speak(handler: Handler) -> bool:
        headers = handler.request_seen.headers
        headers["range"] = headers.get("x-ms-range") or headers.get("range", "")
        if headers["range"] and not headers["range"].startswith("bytes=0-"):
            return fault(handler) or give(handler)
        return give(handler)

    def give(handler: Handler) -> bool:
        if kind != "gcs":
            return False
        if handler.path.startswith("/download/"):
            handler.give(handler.web.files["/b/a.tif"])
            return True
        return describe(handler)

    return speak


def describe(handler: Handler) -> bool:
    """What Google's store says of the object."""
    known = {"name": "a.tif", "size": str(len(CONTENT)), "generation": "7", "updated": "2026-01-02T03:04:05.678Z"}
    document = json.dumps(known).encode()
    handler.answer(200, {"Content-Length": str(len(document)), "Content-Type": "application/json"})
    handler.body(document)
    return True


def read_in_the_middle(kind: str, store: WebServer, fault: Callable[[Handler], bool], **options: object) -> bytes:
    store.fault = speaking(kind, fault)
    source = KINDS[kind].build({**source_options(kind, store), **options})
    source.patience = Patience(sleep=lambda seconds: None)
    with source.find(Place(name="a.tif")).open() as file:
        file.seek(PLACE)
        return file.read(10)


def source_options(kind: str, store: WebServer) -> dict[str, object]:
    if kind == "azure":
        return {"account_url": store.address, "container": "b"}
    return {"bucket": "b", "endpoint": store.address, "credentials": "anonymous"} | (
        {"addressing": "path"} if kind == "s3" else {}
    )


def piece(handler: Handler, **changes: str) -> dict[str, str]:
    """The headers of the piece that is asked for."""
    first, last = handler.request_seen.headers["range"].removeprefix("bytes=").split("-")
    length = int(last) - int(first) + 1
    own = {"Content-Length": str(length), "Content-Range": f"bytes {first}-{last}/{len(CONTENT)}"}
    return {**handler.state_of(handler.web.files["/b/a.tif"]), **own, **changes}


def test_a_reset_is_got_over(kind: str, store: WebServer):
    resets: list[int] = []

    def reset(handler: Handler) -> bool:
        if resets:
            return False
        resets.append(1)
        handler.answer(206, piece(handler))
        handler.body(bytes(1000))
        handler.break_off()
        return True

    assert read_in_the_middle(kind, store, reset) == EXPECTED
    assert resets


# Azure's library drops an answer that it does not understand without closing it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("announced", "sent"), [("64000", 1000), ("10", 10), ("70000", 70_000)])
def test_a_length_that_is_wrong_is_never_served(kind: str, store: WebServer, announced: str, sent: int):
    def lie(handler: Handler) -> bool:
        handler.answer(206, piece(handler, **{"Content-Length": announced, "Connection": "close"}))
        handler.body(bytes(sent))
        handler.close_connection = True
        return True

    with pytest.raises(FAILURES):
        read_in_the_middle(kind, store, lie)


def test_the_whole_in_place_of_a_piece_is_never_served_as_the_piece(kind: str, store: WebServer):
    def ignore(handler: Handler) -> bool:
        own = {**handler.state_of(handler.web.files["/b/a.tif"]), "Content-Length": str(len(CONTENT))}
        handler.answer(200, own)
        handler.body(CONTENT)
        return True

    with pytest.raises(FAILURES):
        read_in_the_middle(kind, store, ignore)


def test_a_trickle_is_too_slow(kind: str, store: WebServer):
    def trickle(handler: Handler) -> bool:
        handler.answer(206, piece(handler))
        handler.wfile.flush()
        while not store.stop.wait(0.02):
            handler.wfile.write(b"0")
            handler.wfile.flush()
        return True

    with pytest.raises(SourceTooSlow):
        read_in_the_middle(kind, store, trickle, whole_seconds=0.4)
