"""From a path in a source back to the identifier."""

from __future__ import annotations

import pytest

from iiifserver.patterns import compiled
from sources.identifiers import can_be_told, identifier_of
from sources.lookup import Affixes, Everything, Fitting, WithPrefix, parsed_template
from sources.runtime import ActiveSource


def source(scope=None, lookup=None):
    return ActiveSource("source", None, scope=scope or Everything(), lookup=lookup)


@pytest.mark.parametrize(
    ("scope", "lookup", "path", "identifier"),
    [
        (Everything(), Affixes(), "maps/a.tif", "maps/a.tif"),
        (Everything(), Affixes("scans/", ".tif"), "scans/a.tif", "a"),
        (Everything(), Affixes("scans/", ".tif"), "other/a.tif", None),
        (Everything(), Affixes("scans/", ".tif"), "scans/a.jpg", None),
        (WithPrefix("maps/"), Affixes(), "a.tif", "maps/a.tif"),
        (WithPrefix("maps/"), Affixes(suffix=".tif"), "maps/a.tif", "maps/maps/a"),
        (WithPrefix("maps/", is_kept=True), Affixes(), "maps/a.tif", "maps/a.tif"),
        (WithPrefix("maps/", is_kept=True), Affixes(), "a.tif", None),
        (Fitting(compiled("[a-z]+-[0-9]+")), Affixes(suffix=".tif"), "a-1.tif", "a-1"),
        (Fitting(compiled("[a-z]+-[0-9]+")), Affixes(suffix=".tif"), "a.tif", None),
    ],
)
def test_the_identifier_leads_back_to_the_path(scope, lookup, path, identifier):
    assert identifier_of(source(scope, lookup), path) == identifier


@pytest.mark.parametrize("lookup", [None, parsed_template("{hash:2}/{identifier}")])
def test_a_template_and_a_delegate_tell_none(lookup):
    assert identifier_of(source(lookup=lookup), "1e/0042") is None
    assert not can_be_told(source(lookup=lookup))
