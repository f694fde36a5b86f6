"""Whatever the code of a plug-in raises leaves out its own row, and no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django import forms

from iiifserver.backend import Backend, BackendError
from iiifserver.conf import conf
from iiifserver.registry import Registry
from iiifserver.shelf import Shelf, build, problems_of
from sources.models import Source

SECRET = "/srv/private/key.pem"
TOLD = "It fails when it is set up. The reason is in the server's log."


@dataclass(frozen=True)
class Options:
    details: dict[str, Any] = field(default_factory=dict)


class Sound(Backend):
    label = "Sound"
    used_for = "Tests."
    options_class = Options
    form_class = forms.Form


class FailsWhenMade(Sound):
    def __init__(self, options: Options) -> None:
        raise RuntimeError(SECRET)


class FailsWhenAsked(Sound):
    def problems(self) -> Any:
        raise KeyError(SECRET)


class AsksTheFence(Sound):
    def problems(self) -> Any:
        yield str(conf.home)


@pytest.fixture
def registry() -> Registry[Backend]:
    registry = Registry("tests.backends", Backend)
    for backend in (Sound, FailsWhenMade, FailsWhenAsked, AsksTheFence):
        registry.register(backend.__name__, backend)
    return registry


def row(backend: type[Backend], number: int = 1) -> Source:
    return Source(pk=number, name=f"Row {number}", kind=backend.__name__, options={})


def test_a_row_that_fails_when_it_is_made_leaves_out_itself_alone(registry, caplog):
    filled = Shelf(registry).fill([row(FailsWhenMade, 1), row(Sound, 2)])
    assert [backend and type(backend) for backend in filled.values()] == [None, Sound]
    assert "Traceback" in caplog.text
    assert "“Row 1” is left out" in caplog.text


def test_what_went_wrong_is_told_without_the_words_of_the_error(registry):
    with pytest.raises(BackendError) as told:
        build(registry, row(FailsWhenMade))
    assert str(told.value) == TOLD


@pytest.mark.parametrize("backend", [FailsWhenMade, FailsWhenAsked])
def test_a_row_that_fails_when_it_is_asked_how_it_is_has_that_problem(registry, backend, caplog):
    assert problems_of(registry, row(backend)) == [TOLD]
    assert SECRET in caplog.text


def test_a_wrong_value_of_the_fence_is_told_in_its_own_words(registry, settings):
    settings.IIIFSERVER = {"HOME": 5}
    assert problems_of(registry, row(AsksTheFence)) == [
        'IIIFSERVER["HOME"] must be the whole path of a folder, such as "/srv/iiif".'
    ]


def test_a_row_without_a_fault_has_no_problems(registry):
    assert problems_of(registry, row(Sound)) == []
