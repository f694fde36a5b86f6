"""The recipe for images that only members may see, in a server."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from images.runtime import keeper
from tests.images.conftest import fence, service  # noqa: F401 - fixtures

LETTER = "/iiif/3/letters%2F1.png/full/max/0/default.png"


@pytest.fixture
def archive(service, fence):  # noqa: F811 - the fixtures above
    service.draw("letters/1.png")
    fence(DELEGATE="docs.examples.members_delegate.MembersDelegate")
    yield service
    keeper.forget()


@pytest.fixture
def member(django_user_model):
    account = django_user_model.objects.create_user("member", password="secret", is_staff=True)
    account.groups.create(name="Members")
    return account


def test_what_is_no_letter_is_for_everybody(archive):
    assert archive.info("card.png")["width"] == 300


def test_a_stranger_signs_in_and_sees_the_image(archive, member):
    to_log_in = archive.get(LETTER)
    assert to_log_in.status_code == 302
    log_in = urlsplit(to_log_in["Location"])
    form = {"username": "member", "password": "secret", "next": parse_qs(log_in.query)["next"][0]}
    signed_in = archive.client.post(f"{log_in.path}?{log_in.query}", form)
    assert signed_in["Location"] == LETTER
    assert archive.get(LETTER).status_code == 200


def test_an_account_that_is_no_member_is_refused(archive, django_user_model):
    archive.client.force_login(django_user_model.objects.create_user("guest"))
    assert archive.get(LETTER).status_code == 403


def test_a_password_in_the_request_is_not_read(archive, member):
    assert archive.get(LETTER, Authorization="Basic bWVtYmVyOnNlY3JldA==").status_code == 302


def test_the_image_is_kept_by_nobody_but_the_members_own_browser(archive, member):
    archive.client.force_login(member)
    assert "private" in archive.get(LETTER)["Cache-Control"]
