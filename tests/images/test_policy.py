"""Access: who is asked for, when, and what the answers are."""

from __future__ import annotations

import pytest

from iiifserver.delegates import Delegate
from images import policy

ANSWERS = ["full/max/0/default.jpg", "info.json", "", "full/nonsense"]
SIGN_IN = {"status_code": 401, "challenge": "Basic"}


class Closed(Delegate):
    """Says no to everybody."""

    def pre_authorize(self):
        return False


class MembersOnly(Delegate):
    """Open to who is signed in."""

    def pre_authorize(self):
        return self.context.user_id is not None or SIGN_IN


def test_without_a_delegate_everything_is_open():
    policy.admit(None)
    policy.release(None)


@pytest.mark.parametrize(("decision", "status"), [(SIGN_IN, 401), (False, 403)])
@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("identifier", ["card.png", "nothing"])
def test_the_answer_tells_nothing_of_the_image(under, decision, status, what, identifier):
    """I3-230, I3-231: not even whether it exists."""
    service = under(type("Site", (Delegate,), {"pre_authorize": lambda self: decision}))
    response = service.get(f"/iiif/3/{identifier}/{what}".rstrip("/"))
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response
    assert "Link" not in response


@pytest.mark.parametrize("what", ANSWERS[:2])
def test_who_has_the_image_already_is_asked_all_the_same(under, service, what):
    etag = service.get(f"/iiif/3/card.png/{what}")["ETag"]
    assert under(Closed).get(f"/iiif/3/card.png/{what}", if_none_match=etag).status_code == 403


def test_a_delegate_that_wants_to_know_is_told_who_asks(under, admin_user):
    service = under(MembersOnly)
    assert service.get("/iiif/3/card.png/info.json").status_code == 401
    service.client.force_login(admin_user)
    assert service.get("/iiif/3/card.png/info.json").status_code == 200


def test_a_stranger_makes_no_query(under, django_assert_num_queries):
    service = under(MembersOnly)
    service.get("/iiif/3/card.png/info.json")
    with django_assert_num_queries(0):
        service.get("/iiif/3/card.png/info.json")


def test_preflight_needs_no_access(under):
    """I3-212."""
    assert under(Closed).ask("OPTIONS", "/iiif/3/card.png/info.json").status_code == 204
