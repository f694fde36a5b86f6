from __future__ import annotations

import pytest

from iiifserver.changes import configuration_changed, note_change, one_act
from sources.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def acts():
    heard = []

    def listen(sender, act, **kwargs):
        heard.append(act)

    configuration_changed.connect(listen)
    yield heard
    configuration_changed.disconnect(listen)


def test_a_row_saved_alone_is_an_act_of_its_own(acts):
    Source.objects.create(name="scans", kind="filesystem")
    assert [act.summary for act in acts] == ["Added source “scans”"]


def test_what_is_saved_inside_an_act_is_one_change(acts, admin_user):
    with one_act(admin_user):
        row = Source.objects.create(name="scans", kind="filesystem")
        row.delete()
    assert [(act.author, act.lines) for act in acts] == [
        (admin_user, ["Added source “scans”", "Deleted source “scans”"])
    ]


def test_an_act_inside_another_is_part_of_it(acts):
    with one_act(title="Both"), one_act(title="inner"):
        Source.objects.create(name="scans", kind="filesystem")
    assert [act.summary for act in acts] == ["Both"]


def test_an_act_in_which_nothing_changed_is_not_heard_of(acts):
    with one_act():
        pass
    assert acts == []


def fail_in_an_act():
    with one_act():
        Source.objects.create(name="scans", kind="filesystem")
        raise ZeroDivisionError


def test_an_act_that_fails_changes_nothing_and_is_not_heard_of(acts):
    with pytest.raises(ZeroDivisionError):
        fail_in_an_act()
    assert not Source.objects.exists()
    assert acts == []


def test_a_change_outside_of_an_act_is_a_mistake():
    with pytest.raises(RuntimeError):
        note_change(Source(name="scans"), "Changed")
