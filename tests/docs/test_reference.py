"""What the reference lists is what there is: neither more nor less."""

from __future__ import annotations

import os
import re

import pytest
from django.core.checks import registry as checks
from django.core.management import get_commands, load_command_class

from iiifserver.conf import DEFAULTS
from iiifserver.environment import read_environment
from images import metrics
from images.responses import STATUSES
from tests.docs.pages import first_cells, text_of
from tests.live import ROOT
from tests.variables import PLAIN, forget_variables

OURS = ("iiifserver", "images", "sources", "processors", "caching", "overlays")
CODE = "\n".join(
    file.read_text(encoding="utf-8") for package in OURS for file in sorted((ROOT / package).rglob("*.py"))
)
COMMANDS = sorted(name for name, app in get_commands().items() if str(app).split(".")[0] in OURS)

INHERITED = frozenset(
    {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}
)
"""The options that every command of Django has."""


def test_every_variable_is_documented():
    files = [ROOT / "iiifserver" / name for name in ("backing.py", "environment.py", "prepare.py")]
    readers = "".join(file.read_text(encoding="utf-8") for file in files)
    read = {*re.findall(r'"(IIIFSERVER_[A-Z_]+)"', readers), *PLAIN} - {"DJANGO_SETTINGS_MODULE"}
    assert len(read) > 15
    assert set(first_cells("administer/variables.md")) == read


def test_the_defaults_of_variables_are_those_of_the_code(monkeypatch):
    bare = dict(os.environ)
    forget_variables(bare)
    monkeypatch.setattr(os, "environ", bare)
    environment = read_environment()
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", text_of("administer/variables.md"), re.MULTILINE))
    assert rows == {
        "IIIFSERVER_HOME": f"./{environment.home.path.name}",
        "HOST": environment.host,
        "PORT": str(environment.port),
        "IIIFSERVER_MAX_DECODE_PIXELS": str(environment.max_decode_pixels),
        "IIIFSERVER_LOG_LEVEL": environment.log_level,
        "IIIFSERVER_CONFIGURATION_POLL_SECONDS": str(environment.configuration_poll_seconds),
    }


def test_every_key_of_the_fence_is_documented():
    assert set(DEFAULTS) <= set(first_cells("develop/embedding.md"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_its_options(name):
    page = text_of("reference/commands.md")
    section = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    own = [action for action in parser._actions if action.dest not in INHERITED]
    spellings = [word for action in own for word in [*action.option_strings, *(action.choices or ())]]
    assert [word for word in spellings if f"`{word}" not in section] == []


def test_only_commands_that_there_are_have_a_section():
    sections = set(re.findall(r"^## (\w+)$", text_of("reference/commands.md"), re.MULTILINE)) - {"make"}
    assert sections == set(COMMANDS)


def test_every_check_is_documented():
    in_code = set(re.findall(r'id="(iiif_\w+\.[EIW]\d+)"', CODE))
    shared = set(re.findall(r'id=f"\{label\}\.([EIW]\d+)"', CODE))
    roles = ("iiif_sources", "iiif_processors", "iiif_caching", "iiif_overlays")
    known = in_code | {f"{role}.{number}" for role in roles for number in shared}
    assert len(shared) == 2
    assert set(first_cells("reference/checks.md")) == known
    assert "iiif" in {tag for check in checks.registry.get_checks() for tag in check.tags}


def test_every_logger_is_documented():
    used = {name for name in re.findall(r'getLogger\("([\w.]+)"\)', CODE) if name.startswith("iiifserver.")}
    assert {name for name in first_cells("reference/logs-and-metrics.md") if "." in name} == used


def test_every_number_that_is_counted_is_documented():
    counted = {
        metric.name + ("_total" if metric.type == "counter" else "") for metric in metrics.own_registry.collect()
    }
    documented = {name for name in first_cells("reference/logs-and-metrics.md") if name.startswith("iiifserver_")}
    assert documented == counted


def test_every_status_is_documented():
    rows = re.findall(r"^\| (\d{3}) \|", text_of("reference/status-codes.md"), re.MULTILINE)
    answered = {200, 204, 301, 303, 304, 405, 412, 500, *(status.value for status in STATUSES.values())}
    assert sorted(map(int, rows)) == sorted(answered)
