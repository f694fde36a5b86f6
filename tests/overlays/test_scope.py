"""Which answers a rule is for."""

from __future__ import annotations

from datetime import date

import pytest

from iiifserver.iiif.values import ApiVersion, Extent
from iiifserver.iiif.visitor import Visitor
from iiifserver.patterns import compiled
from overlays.scope import Audience, RegionKind, Scope
from tests.overlays.pixels import answer_of

STRANGER = Visitor()
MEMBER = Visitor(user_id="1", groups=frozenset({"Curators"}))
OTHER = Visitor(user_id="2", groups=frozenset({"Readers"}))
DAY = date(2030, 5, 17)


@pytest.mark.parametrize(
    ("audience", "stranger", "member", "other"),
    [
        (Audience.EVERYBODY, True, True, True),
        (Audience.STRANGERS, True, False, False),
        (Audience.SIGNED_IN, False, True, True),
        (Audience.MEMBERS, False, True, False),
        (Audience.OTHERS, True, False, True),
    ],
)
def test_who_asks(audience, stranger, member, other):
    scope = Scope(audience=audience, groups=frozenset({"Curators", "Keepers"}))
    assert [scope.has(answer_of(visitor=visitor)) for visitor in (STRANGER, MEMBER, OTHER)] == [stranger, member, other]
    assert scope.depends_on_visitor == (audience is not Audience.EVERYBODY)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2030, 5, 18), None, False),
        (None, date(2030, 5, 16), False),
        (date(2030, 1, 1), date(2030, 12, 31), True),
    ],
)
def test_days(first, last, expected):
    scope = Scope(first_day=first, last_day=last)
    assert scope.has(answer_of(day=DAY)) is expected
    assert scope.depends_on_day is (first is not None or last is not None)


@pytest.mark.parametrize(
    ("region", "whole", "tile", "part"),
    [
        (RegionKind.ANY, True, True, True),
        (RegionKind.WHOLE, True, False, False),
        (RegionKind.NO_TILES, True, False, True),
    ],
)
def test_regions(region, whole, tile, part):
    scope, extent = Scope(region=region), (3000, 2000)
    answers = [
        answer_of(extent, size=(750, 500)),
        answer_of(extent, box=(1024, 0, 1024, 1024), size=(512, 512)),
        answer_of(extent, box=(1000, 0, 1024, 1024), size=(512, 512)),
    ]
    assert [scope.has(answer) for answer in answers] == [whole, tile, part]


def test_an_image_of_one_tile_is_whole():
    assert Scope(region=RegionKind.NO_TILES).has(answer_of((400, 300)))


def test_versions():
    scope = Scope(version=ApiVersion.V2)
    assert scope.has(answer_of(version=ApiVersion.V2))
    assert not scope.has(answer_of(version=ApiVersion.V3))


def test_sources():
    scope = Scope(source="Scans")
    assert scope.has(answer_of(source="Scans"))
    assert not scope.has(answer_of(source="Samples"))


def test_one_identifier():
    scope = Scope(identifier="a/b.tif")
    assert scope.has(answer_of(identifier="a/b.tif"))
    assert not scope.has(answer_of(identifier="a/b.tif2"))


def test_all_conditions_must_hold():
    scope = Scope(pattern=compiled("scans/.*"), min_width=200, source="Scans")
    assert scope.has(answer_of((200, 10), identifier="scans/1", source="Scans"))
    assert not scope.has(answer_of((199, 10), identifier="scans/1", source="Scans"))
    assert not scope.has(answer_of((200, 10), identifier="photos/1", source="Scans"))
    assert scope.has_size(Extent(200, 1))


SPELLINGS = [
    "Scans/Élodie 7.tif",
    "scans/élodie 7.TIF",
    "Scans/E\N{COMBINING ACUTE ACCENT}lodie 7.tif",
    "Scans\\Élodie 7.tif",
    "Scans/Élodie 7.tif.",
    "Scans/Élodie 7.tif ",
    "Scans./Élodie 7.tif",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_wide_scope_has_an_image_in_every_spelling_that_file_servers_take_for_it(spelling):
    for scope in (
        Scope(identifier=SPELLINGS[0], is_wide=True),
        Scope(pattern=compiled("(?is)Scans/.*f"), is_wide=True),
    ):
        assert scope.has_image(spelling, "files")
        assert not scope.has_image("Scans/Elodie 7.tif/x", "files")
    assert Scope(identifier=SPELLINGS[0]).has_image(spelling, "files") is (spelling == SPELLINGS[0])
