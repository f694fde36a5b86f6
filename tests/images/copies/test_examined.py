"""Why an image is slow, as the source doctor tells it."""

from __future__ import annotations

from dataclasses import replace

from iiifserver.iiif.values import Extent, SourceFacts
from images.copies.examined import Examined


def examined(extent: Extent, **values: object) -> Examined:
    facts = SourceFacts(extent=extent, format_name="jpeg", has_color=True, has_alpha=False)
    return replace(Examined(identifier="a.jpg", page=1, version="1", source="S", facts=facts), **values)


def test_a_large_piece_is_the_reason_wherever_the_image_is():
    reasons = {examined(Extent(2000, 1000), is_far=is_far).reason for is_far in (True, False)}
    assert reasons == {"One piece of 2 megapixels is decoded for each tile."}


def test_only_an_image_of_another_machine_is_far_away():
    assert "another machine" in examined(Extent(900, 900), is_far=True).reason
    assert "another machine" not in examined(Extent(900, 900)).reason
