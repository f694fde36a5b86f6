"""What is said of an image, in the spelling of each version."""

from __future__ import annotations

import pytest

from iiifserver.iiif import rights
from iiifserver.iiif.description import FieldMapping, Link, LinkKind, Statements, attribution_2
from iiifserver.iiif.features import Capabilities
from iiifserver.iiif.info import info_document
from iiifserver.iiif.metadata import Text
from iiifserver.iiif.values import ApiVersion, Extent, Identifier, SizeRules, SourceFacts

FACTS = SourceFacts(extent=Extent(300, 200), format_name="png", has_color=True, has_alpha=False)
BY = "http://creativecommons.org/licenses/by/4.0/"
MAPPING = FieldMapping(rights=("xmp:xmpRights:WebStatement",), attribution=("iptc:CopyrightNotice", "xmp:dc:rights"))

DATA = Link(
    kind=LinkKind.SEE_ALSO,
    address="https://example.org/{identifier}.xml",
    type="Dataset",
    label="Description",
    language="en",
    format="application/xml",
    profile="https://example.org/schema",
)
BOOK = Link(kind=LinkKind.PART_OF, address="https://example.org/book/manifest", type="Manifest", label="Book")
SEARCH = Link(
    kind=LinkKind.SERVICE,
    address="https://example.org/search",
    type="SearchService2",
    profile="https://example.org/search/profile",
    context="http://iiif.io/api/search/2/context.json",
)
LOGIN = Link(
    kind=LinkKind.SERVICE,
    address="https://example.org/login",
    type="AuthCookieService1",
    profile="http://iiif.io/api/auth/1/login",
    context="http://iiif.io/api/auth/1/context.json",
)


def document(version, **statements):
    return info_document(
        version,
        uri="https://images.example.org/x",
        facts=FACTS,
        rules=SizeRules(),
        capabilities=Capabilities(),
        statements=Statements(**statements),
    )


def test_see_also_and_part_of():
    """I3-195, I3-196, I3-198."""
    said = document(ApiVersion.V3, links=(DATA.about(Identifier("a/ü")), BOOK))
    assert said["seeAlso"] == [
        {
            "id": "https://example.org/a%2F%C3%BC.xml",
            "type": "Dataset",
            "label": {"en": ["Description"]},
            "format": "application/xml",
            "profile": "https://example.org/schema",
        }
    ]
    assert said["partOf"] == [
        {"id": "https://example.org/book/manifest", "type": "Manifest", "label": {"none": ["Book"]}}
    ]


def test_services_bring_their_contexts():
    """I3-160, I3-167, I3-197."""
    said = document(ApiVersion.V3, links=(SEARCH, LOGIN))
    assert said["@context"] == ["http://iiif.io/api/search/2/context.json", "http://iiif.io/api/image/3/context.json"]
    assert said["service"] == [
        {
            "id": "https://example.org/search",
            "type": "SearchService2",
            "profile": "https://example.org/search/profile",
        },
        {
            "@id": "https://example.org/login",
            "@type": "AuthCookieService1",
            "profile": "http://iiif.io/api/auth/1/login",
        },
    ]


def test_version_2_has_services_logo_licence_and_attribution_alone():
    """I2-013, I2-024, I2-025."""
    said = document(
        ApiVersion.V2,
        rights="https://example.org/licence",
        logo="https://example.org/logo.png",
        attribution=(Text("City Library"),),
        links=(DATA, BOOK, SEARCH),
    )
    assert said["@context"] == "http://iiif.io/api/image/2/context.json"
    assert (said["license"], said["logo"]) == ("https://example.org/licence", "https://example.org/logo.png")
    assert said["attribution"] == "City Library"
    assert said["service"] == [
        {
            "@context": "http://iiif.io/api/search/2/context.json",
            "@id": "https://example.org/search",
            "profile": "https://example.org/search/profile",
        }
    ]
    assert not {"seeAlso", "partOf", "rights"} & said.keys()


def test_version_3_names_known_rights_alone_and_nothing_of_version_2():
    """I3-166, I3-191."""
    everything = {"logo": "https://example.org/logo.png", "attribution": (Text("City Library"),), "links": (DATA,)}
    assert document(ApiVersion.V3, rights=BY, **everything)["rights"] == BY
    said = document(ApiVersion.V3, rights="https://example.org/licence", **everything)
    assert not {"rights", "license", "logo", "attribution"} & said.keys()


def test_version_1_has_a_place_for_none_of_it():
    """I1-007."""
    everything = {"rights": BY, "logo": "https://example.org/l.png", "attribution": (Text("x"),), "links": (SEARCH,)}
    assert document(ApiVersion.V1, **everything) == document(ApiVersion.V1)


def test_attribution_in_several_languages_keeps_them():
    """I2-024."""
    assert attribution_2((Text("Harbour", "x-default"), Text("Harbour", "en"), Text("Hafen", "de"))) == [
        {"@value": "Harbour", "@language": "en"},
        {"@value": "Hafen", "@language": "de"},
    ]


def test_what_the_image_says_goes_before_what_is_said_of_all():
    fixed = Statements(rights=BY, attribution=(Text("City Library"),))
    fields = {
        "xmp:xmpRights:WebStatement": (Text("https://rightsstatements.org/page/InC/1.0/"),),
        "xmp:dc:rights": (Text("© Ada", "x-default"),),
    }
    said = MAPPING.applied_to(fields, fixed)
    assert said.rights == "http://rightsstatements.org/vocab/InC/1.0/"
    assert said.attribution == (Text("© Ada", "x-default"),)
    assert MAPPING.applied_to({}, fixed) == fixed


@pytest.mark.parametrize(
    "value",
    [
        "all rights reserved",
        "javascript:alert(1)",
        "http://",
        "ftp://example.org/",
        "http://a b/",
        "http://[",
        "x" * 600,
    ],
)
def test_rights_that_are_no_address_are_left_out(value):
    fields = {"xmp:xmpRights:WebStatement": (Text(value),)}
    assert MAPPING.applied_to(fields, Statements()).rights == ""
    assert MAPPING.applied_to(fields, Statements(rights=BY)).rights == BY


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", BY),
        ("http://creativecommons.org/licenses/by/4.0", BY),
        ("https://www.creativecommons.org/licenses/by/4.0/deed.de", BY),
        (
            "https://creativecommons.org/publicdomain/zero/1.0/legalcode",
            "http://creativecommons.org/publicdomain/zero/1.0/",
        ),
        ("https://rightsstatements.org/page/NoC-US/1.0/", "http://rightsstatements.org/vocab/NoC-US/1.0/"),
        (" https://example.org/licence ", "https://example.org/licence"),
    ],
)
def test_rights_are_given_as_they_are_published(said, published):
    """I3-191."""
    assert rights.published(said) == published


def test_words_of_an_image_cannot_become_html():
    """P3-007."""
    fields = {"iptc:CopyrightNotice": (Text('<img src="x" onerror="alert(1)">'),)}
    (text,) = MAPPING.applied_to(fields, Statements()).attribution
    assert text.value == "<span>&lt;img src=&quot;x&quot; onerror=&quot;alert(1)&quot;&gt;</span>"


def test_only_what_a_version_can_say_is_read():
    assert MAPPING.needed_for(ApiVersion.V1) == ()
    assert MAPPING.needed_for(ApiVersion.V3) == MAPPING.rights
    assert set(MAPPING.needed_for(ApiVersion.V2)) == {*MAPPING.rights, *MAPPING.attribution}
