"""What `manage.py check` says of the delegate."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings


def found(name: str | None) -> list[str | None]:
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "DELEGATE": name}):
        return [message.id for message in run_checks(tags=["iiif"]) if "delegate" in message.msg.lower()]


def test_without_a_delegate_there_is_nothing_to_say(db):
    assert found(None) == []


def test_a_delegate_that_works_is_not_mentioned(db):
    assert found("docs.examples.site_delegate.MuseumDelegate") == []


def test_a_delegate_that_cannot_be_loaded_is_an_error(db, tmp_path):
    assert found(f"{tmp_path}/delegate.py:Site") == ["iiif_images.E010"]


def test_a_method_that_nothing_calls_is_a_warning(db, tmp_path):
    file = tmp_path / "site.py"
    code = (
        "from iiifserver.delegates import Delegate\n"
        "class Site(Delegate):\n    def serialize_meta_identifier(self, parts): return parts['identifier']\n"
    )
    file.write_text(code)
    assert found(f"{file}:Site") == ["iiif_images.W010"]


def site_with(tmp_path, *lines: str) -> str:
    file = tmp_path / "site.py"
    body = "\n".join(f"    {line}" for line in lines)
    file.write_text(f"from iiifserver.delegates import Delegate\nclass Site(Delegate):\n{body}\n")
    return f"{file}:Site"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("def authorise(self): return False", "authorize"),
        ("def preauthorize(self): return False", "pre_authorize"),
        ("def preAuthorize(self): return False", "pre_authorize"),
        ("def redaction(self): return ()", "redactions"),
        ("def filesystem_pathname(self): return None", "filesystemsource_pathname"),
        ("depends_on_visitors = False", "depends_on_visitor"),
        ("def extra_iif3_information_response_keys(self): return {}", "extra_iiif3_information_response_keys"),
    ],
)
def test_a_slip_in_the_name_of_a_method_is_a_warning(db, tmp_path, line, meant):
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "DELEGATE": site_with(tmp_path, line)}):
        (told,) = (message for message in run_checks(tags=["iiif"]) if message.id == "iiif_images.W011")
    assert told.msg.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    "lines",
    [
        [
            "def entry(self): return None",
            "def catalogue(self): return None",
            "members = ()",
            "def may_see(self): return 1",
        ],
        ["def authorize(self): return True", "def authorized(self): return True"],
    ],
    ids=["names of its own", "a name beside the one that is asked"],
)
def test_names_of_the_sites_own_are_not_mentioned(db, tmp_path, lines):
    assert found(site_with(tmp_path, *lines)) == []


def test_a_grammar_that_reads_only_is_not_mentioned(db, tmp_path):
    file = tmp_path / "site.py"
    code = (
        "from iiifserver.delegates import Delegate\n"
        "class Site(Delegate):\n    def deserialize_meta_identifier(self, text): return {'identifier': text}\n"
    )
    file.write_text(code)
    assert found(f"{file}:Site") == []
