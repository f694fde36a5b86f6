"""What `manage.py check` says of the delegate."""

from __future__ import annotations

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


def test_a_grammar_that_reads_only_is_not_mentioned(db, tmp_path):
    file = tmp_path / "site.py"
    code = (
        "from iiifserver.delegates import Delegate\n"
        "class Site(Delegate):\n    def deserialize_meta_identifier(self, text): return {'identifier': text}\n"
    )
    file.write_text(code)
    assert found(f"{file}:Site") == []
