from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest
from django import forms

from caching.base import DerivativeCache
from iiifserver import registry as module
from iiifserver.backend import Backend
from iiifserver.registry import Registry, RegistryError
from overlays.base import Overlay
from processors.base import Processor
from processors.registry import processors
from sources.base import SourceBackend
from sources.registry import sources


@dataclass(frozen=True)
class LampOptions:
    watts: int = 40


class Lamp(Backend):
    label = "Lamp"
    used_for = "Dark rooms."
    options_class = LampOptions
    form_class = forms.Form


class Candle(Lamp):
    label = "A candle"


@pytest.fixture
def lamps() -> Registry[Lamp]:
    return Registry("tests.lamps", Lamp)


@pytest.fixture
def install(monkeypatch):
    """Installs entry points for as long as the test runs."""

    def installing(**points: str) -> None:
        found = [EntryPoint(name, value, "tests.lamps") for name, value in points.items()]
        monkeypatch.setattr(module, "entry_points", lambda group: found)

    return installing


def test_what_was_registered_can_be_got(lamps):
    lamps.register("candle", Candle)
    assert lamps.get("candle") is Candle


def test_a_name_can_be_taken_once(lamps):
    lamps.register("lamp", Lamp)
    with pytest.raises(RegistryError, match="already"):
        lamps.register("lamp", Candle)


def test_a_class_of_another_role_is_refused(lamps):
    with pytest.raises(RegistryError, match="not a Lamp"):
        lamps.register("backend", Backend)


class Unfinished(Lamp, ABC):
    @abstractmethod
    def light(self) -> None: ...

    @abstractmethod
    def dim(self) -> None: ...


class Nameless(Backend):
    label = "Nameless"


class Shapeless(Lamp):
    options_class = dict
    form_class = object


@pytest.mark.parametrize(
    ("role", "backend", "sentence"),
    [
        (Lamp, Unfinished, "It does not write dim, light."),
        (Backend, Nameless, "It does not name used_for, options_class, form_class."),
        (Lamp, Shapeless, "Its options_class is no dataclass. Its form_class is no form of Django."),
        (Lamp, Lamp({}), "is not a Lamp."),
    ],
)
def test_a_class_that_is_not_whole_is_refused(role, backend, sentence):
    with pytest.raises(RegistryError) as refused:
        Registry("tests.lamps", role).register("lamp", backend)
    assert str(refused.value).startswith("tests.lamps: “lamp” is not ")
    assert str(refused.value).endswith(sentence)


def test_each_role_says_what_its_classes_must_name():
    roles = (SourceBackend, Processor, DerivativeCache, Overlay)
    shared = {"label", "used_for", "options_class", "form_class"}
    assert [{*role.named} - shared for role in roles] == [set(), {"formats"}, {"tier", "is_shared"}, set()]


def test_a_plugin_that_is_not_whole_is_left_out_with_a_sentence(install, caplog):
    install(lamp=f"{__name__}:Lamp", nameless=f"{__name__}:Nameless")
    registry = Registry("tests.lamps", Backend)
    registry.load()
    sentence = "tests.lamps: “nameless” is not whole. It does not name used_for, options_class, form_class."
    assert (list(registry), [broken.reason for broken in registry.broken]) == (["lamp"], [sentence])
    assert sentence in caplog.text
    assert "Traceback" not in caplog.text


def test_a_plugin_that_ends_the_process_when_it_is_loaded_does_not(lamps, install, tmp_path, monkeypatch):
    (tmp_path / "plugin_that_exits.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    install(broken="plugin_that_exits:Lamp", lamp=f"{__name__}:Lamp")
    lamps.load()
    assert ([broken.reason for broken in lamps.broken], list(lamps)) == (["SystemExit: 3"], ["lamp"])


def test_an_unknown_kind_is_an_error_that_names_it(lamps):
    with pytest.raises(RegistryError, match="torch"):
        lamps.get("torch")


def test_it_knows_what_it_has(lamps):
    lamps.register("lamp", Lamp)
    assert ("lamp" in lamps, "torch" in lamps, list(lamps)) == (True, False, ["lamp"])


def test_choices_are_in_the_order_of_their_labels(lamps):
    lamps.register("lamp", Lamp)
    lamps.register("candle", Candle)
    assert lamps.choices() == [("candle", "A candle"), ("lamp", "Lamp")]


def test_installed_plugins_are_loaded_in_the_order_of_their_names(lamps, install):
    install(lamp=f"{__name__}:Lamp", candle=f"{__name__}:Candle")
    lamps.load()
    assert list(lamps) == ["candle", "lamp"]


@pytest.mark.parametrize("value", ["no.such.module:Lamp", "os.path:Lamp", "iiifserver.backend:Backend", "os:getcwd"])
def test_a_broken_plugin_is_listed_and_keeps_no_other_from_loading(lamps, install, value: str):
    install(broken=value, lamp=f"{__name__}:Lamp")
    lamps.load()
    assert ([broken.kind for broken in lamps.broken], list(lamps)) == (["broken"], ["lamp"])


def test_loading_twice_is_loading_once(lamps, install):
    install(lamp=f"{__name__}:Lamp")
    lamps.load()
    lamps.load()
    assert (list(lamps), lamps.broken) == (["lamp"], ())


def test_the_kinds_that_come_with_the_server_came_in_by_their_entry_points():
    assert {"filesystem"} <= set(sources)
    assert {"pillow", "tiles"} <= set(processors)
