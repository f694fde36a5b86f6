"""Which identifiers a source answers for, and under which name it looks for them."""

from __future__ import annotations

import hashlib

import pytest

from iiifserver.patterns import compiled
from sources.lookup import Affixes, Claim, Everything, Fitting, TemplateError, WithPrefix, parsed_template

CLIMBS = ["..", "../a", "a/..", "a/../b", "a\\..\\b", "..\\a", ".", "./a", "a/."]


def named(template: str, identifier: str, **groups: str) -> str | None:
    return parsed_template(template, frozenset(groups)).name(Claim(identifier, groups))


def test_a_source_for_everything_claims_every_identifier_as_it_is():
    assert Everything().claim("maps/1.tif") == Claim("maps/1.tif", {})


@pytest.mark.parametrize(("is_kept", "rest"), [(False, "1.tif"), (True, "maps/1.tif")])
def test_a_prefix_is_stripped_or_kept(is_kept, rest):
    assert WithPrefix("maps/", is_kept).claim("maps/1.tif") == Claim(rest, {})


@pytest.mark.parametrize("identifier", ["scans/1.tif", "maps", "maps/", "", "MAPS/1.tif", "old/maps/1.tif"])
def test_identifiers_without_the_prefix_are_left_to_others(identifier):
    assert WithPrefix("maps/").claim(identifier) is None


def test_a_pattern_must_fit_as_a_whole_and_gives_its_groups():
    fitting = Fitting(compiled(r"(?P<shelf>[a-z]+)-(?P<number>\d+)"))
    assert fitting.claim("maps-12") == Claim("maps-12", {"shelf": "maps", "number": "12"})
    assert fitting.claim("maps-12.tif") is None


def test_prefix_and_suffix_stand_around_the_identifier():
    assert Affixes("scans/", ".tif").name(Claim("0042", {})) == "scans/0042.tif"


@pytest.mark.parametrize("identifier", CLIMBS)
def test_an_identifier_that_climbs_has_no_name(identifier):
    assert Affixes("scans/").name(Claim(identifier, {})) is None
    assert named("scans/{identifier}", identifier) is None


def test_parts_that_climb_only_together_have_no_name():
    assert named("{first}{second}/secret.tif", "x", first=".", second=".") is None


def test_a_name_may_have_dots_that_do_not_climb():
    assert Affixes("scans/", ".tif").name(Claim("..a/b..c/...", {})) == "scans/..a/b..c/....tif"


def test_a_template_is_filled_with_groups():
    assert named("{shelf}/{number}.tif", "maps-12", shelf="maps", number="12") == "maps/12.tif"


def test_what_fills_a_template_is_not_read_as_one():
    assert named("{a}/{identifier}", "{hash}", a="{identifier}") == "{identifier}/{hash}"


def test_the_hash_is_the_sha_256_of_the_identifier_in_utf_8():
    assert named("{hash}", "Käse") == hashlib.sha256("Käse".encode()).hexdigest()


def test_each_shard_takes_the_next_digits():
    digits = hashlib.sha256(b"0042").hexdigest()
    assert named("{hash:2}/{hash:4}/{identifier}.tif", "0042") == f"{digits[:2]}/{digits[2:6]}/0042.tif"


def test_the_whole_digest_takes_none_of_its_digits():
    digits = hashlib.sha256(b"0042").hexdigest()
    assert named("{hash:3}/{hash:3}/{hash:3}/{hash}", "0042") == f"{digits[:3]}/{digits[3:6]}/{digits[6:9]}/{digits}"


@pytest.mark.parametrize(("word", "algorithm"), [("md5", "md5"), ("sha1", "sha1"), ("sha256", "sha256")])
def test_stores_that_shard_by_another_digest_are_served_too(word, algorithm):
    assert named(f"{{{word}:2}}", "0042") == hashlib.new(algorithm, b"0042").hexdigest()[:2]


def test_a_name_that_is_no_unicode_is_hashed_by_its_bytes():
    assert named("{hash}", "caf\udce9") == hashlib.sha256(b"caf\xe9").hexdigest()


def test_what_is_not_even_that_has_a_name_all_the_same():
    assert named("{hash:2}/{identifier}", "\ud800") == "e3/\ud800"


def test_doubled_braces_stand_for_themselves():
    assert named("{{{identifier}}}", "a") == "{a}"


@pytest.mark.parametrize(
    ("template", "cure"),
    [
        ("", "write {identifier}"),
        ("scans/a.tif", "write {identifier}"),
        ("{{identifier}}", "write {identifier}"),
        ("{shelf}", "no “shelf”: identifier, number, hash:2"),
        ("{identifier:2}", "Only digests have digits: write {identifier}."),
        ("{hash:0}", "at most 64 digits"),
        ("{hash:60}{hash:5}{hash}", "at most 64 digits"),
        ("{md5:33}", "at most 32 digits"),
        ("{identifier", "brace is alone"),
        ("identifier}", "brace is alone"),
        ("{identifier}{}", "brace is alone"),
        ("{identifier.__class__}", "brace is alone"),
        ("{identifier!r}", "brace is alone"),
    ],
)
def test_what_is_no_template_is_refused_with_a_sentence(template, cure):
    with pytest.raises(TemplateError) as refusal:
        parsed_template(template, frozenset({"number"}))
    assert cure in str(refusal.value)


@pytest.mark.parametrize(
    "template",
    [
        "{identifier}",
        "{identifier}.tif",
        "a/{identifier}/b",
        "{hash:2}/{hash:2}/{identifier}.tif",
        "{identifier}/{identifier}.jp2",
        "{md5}/{identifier}",
        "{{{identifier}}}",
    ],
)
@pytest.mark.parametrize("identifier", ["0042", "scans/1908-3", "Müller 1", "a.tif"])
def test_a_template_can_be_read_backwards(template, identifier):
    parsed = parsed_template(template)
    assert parsed.identifier_in(parsed.name(Claim(identifier, {}))) == identifier


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{identifier}.tif", "0042.jp2"),
        ("{hash:2}/{identifier}", "00/0042"),
        ("{identifier}/{identifier}", "a/b"),
        ("{hash}", "0" * 64),
        ("{identifier}", "../0042"),
    ],
)
def test_a_name_that_a_template_does_not_make_has_no_identifier(template, name):
    assert parsed_template(template).identifier_in(name) is None


def test_a_template_with_groups_of_a_pattern_cannot_be_read_backwards():
    assert parsed_template("{shelf}/{identifier}", frozenset({"shelf"})).identifier_in("a/b") is None
