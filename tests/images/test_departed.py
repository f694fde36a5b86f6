"""For a client that has closed its connection nothing is decoded."""

from __future__ import annotations

import logging
import socket

import pytest

from images import metrics

PICTURE = "/iiif/3/card.png/full/max/0/default.jpg"


@pytest.fixture
def connection():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def renders() -> int:
    return metrics.total(metrics.collected(), "iiifserver_renders_total")


def answered_as_departed() -> int:
    counts = metrics.totals_by(metrics.collected(), "iiifserver_requests_total", "kind", "status")
    return counts.get(("image", "499"), 0)


def leave(theirs: socket.socket) -> None:
    theirs.close()


def leave_after_sending_more(theirs: socket.socket) -> None:
    theirs.sendall(b"GET /next HTTP/1.1\r\n")
    theirs.close()


def close_one_side(theirs: socket.socket) -> None:
    theirs.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("depart", [leave, leave_after_sending_more, close_one_side])
def test_nothing_is_made_for_who_has_left(service, connection, depart, caplog):
    ours, theirs = connection
    depart(theirs)
    made, departed = renders(), answered_as_departed()
    with caplog.at_level(logging.WARNING):
        response = service.get(PICTURE, environ={"gunicorn.socket": ours})
    assert response.status_code == 499
    assert response.content == b""
    assert (renders(), answered_as_departed()) == (made, departed + 1)
    assert not caplog.records


@pytest.mark.parametrize("sent_ahead", [b"", b"GET /next HTTP/1.1\r\n\r\n"])
def test_who_is_there_gets_the_picture(service, connection, sent_ahead):
    ours, theirs = connection
    theirs.sendall(sent_ahead)
    assert service.get(PICTURE, environ={"gunicorn.socket": ours}).status_code == 200


def test_a_server_that_does_not_tell_of_connections_answers_everybody(service):
    assert service.get(PICTURE).status_code == 200
