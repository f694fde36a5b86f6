from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from iiifserver import registry as module
from iiifserver.backend import Backend
from iiifserver.registry import Registry, RegistryError
from processors.registry import processors
from sources.registry import sources


class Lamp(Backend):
    label = "Lamp"


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
