"""Access: who is asked for, when, and what the answers are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from iiifserver.iiif.errors import Forbidden, SignInNeeded
from iiifserver.iiif.values import Identifier
from iiifserver.iiif.visitor import Visitor
from images.policy import Decision, Policy
from images.runtime import keeper

STATUSES = {Decision.SIGN_IN: 401, Decision.DENIED: 403}
ANSWERS = ["full/max/0/default.jpg", "info.json", "", "full/nonsense"]


@dataclass(frozen=True, slots=True)
class Always(Policy):
    """Says the same to everybody."""

    decision: Decision = Decision.DENIED

    def decide(self, visitor, identifier):
        return self.decision


@dataclass(frozen=True, slots=True)
class MembersOnly(Policy):
    """Open to who is signed in."""

    def decide(self, visitor, identifier):
        return Decision.ALLOWED if visitor.is_signed_in else Decision.SIGN_IN


@pytest.fixture
def under(service, monkeypatch):
    """The service under a policy."""

    def put(policy):
        runtime = replace(keeper.current(), policy=policy)
        monkeypatch.setattr("images.views.current_runtime", lambda: runtime)
        return service

    return put


def test_without_rules_everything_is_open():
    assert Policy().decide(Visitor(), Identifier("card.png")) is Decision.ALLOWED
    assert not Policy().depends_on_visitor


@pytest.mark.parametrize(("decision", "error"), [(Decision.SIGN_IN, SignInNeeded), (Decision.DENIED, Forbidden)])
def test_who_may_not_see_it_is_told_so(decision, error):
    with pytest.raises(error):
        Always(decision=decision).admit(Visitor(), Identifier("card.png"))


@pytest.mark.parametrize("decision", STATUSES)
@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("identifier", ["card.png", "nothing"])
def test_the_answer_tells_nothing_of_the_image(under, decision, what, identifier):
    """I3-230, I3-231: not even whether it exists."""
    response = under(Always(decision=decision)).get(f"/iiif/3/{identifier}/{what}".rstrip("/"))
    assert response.status_code == STATUSES[decision]
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response
    assert "Link" not in response


@pytest.mark.parametrize("what", ANSWERS[:2])
def test_who_has_the_image_already_is_asked_all_the_same(under, service, what):
    etag = service.get(f"/iiif/3/card.png/{what}")["ETag"]
    assert under(Always()).get(f"/iiif/3/card.png/{what}", if_none_match=etag).status_code == 403


def test_no_source_is_asked_before_the_policy(under, monkeypatch):
    service = under(Always())
    monkeypatch.delattr("sources.runtime.Sources.find")
    assert service.get("/iiif/3/card.png/info.json").status_code == 403


def test_a_policy_that_wants_to_know_is_told_who_asks(under, admin_user):
    service = under(MembersOnly(depends_on_visitor=True))
    assert service.get("/iiif/3/card.png/info.json").status_code == 401
    service.client.force_login(admin_user)
    assert service.get("/iiif/3/card.png/info.json").status_code == 200


def test_a_stranger_makes_no_query(under, django_assert_num_queries):
    service = under(MembersOnly(depends_on_visitor=True))
    with django_assert_num_queries(0):
        service.get("/iiif/3/card.png/info.json")


def test_preflight_needs_no_access(under):
    """I3-212."""
    assert under(Always()).ask("OPTIONS", "/iiif/3/card.png/info.json").status_code == 204
