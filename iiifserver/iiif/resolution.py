"""From a parsed request and the facts of an image to what a processor is to make."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .canonical import canonical_parameters
from .errors import BadRequest
from .geometry import plan, resolve_region
from .parameters import ExactSize, WidthSize
from .pyramid import is_listed, listed_of_width
from .reduction import of_the_real_image, reduced_facts, reduced_rules
from .values import ApiVersion, ImageRequest, RenderPlan, SizeRules, SourceFacts


@dataclass(frozen=True, slots=True)
class Resolved:
    """An image request of which nothing is left open."""

    plan: RenderPlan
    """In pixels of the real image."""
    canonical: str
    """The canonical parameters: `{region}/{size}/{rotation}/{quality}.{format}`."""


def resolve(request: ImageRequest, facts: SourceFacts, rules: SizeRules) -> Resolved:
    """The plan for a request, and its one spelling. Raises `BadRequest` and its kin."""
    virtual, virtual_rules = reduced_facts(facts, request.scale), reduced_rules(rules, request.scale)
    virtual_plan = plan_as_listed(request, virtual, virtual_rules)
    if rules.restricts_to_sizes and not is_listed(virtual_plan.box, virtual_plan.size, virtual, virtual_rules):
        raise BadRequest("This server answers only the sizes and tiles that info.json lists: ask for one of them.")
    return Resolved(
        of_the_real_image(virtual_plan, virtual.extent, facts.extent),
        canonical_parameters(virtual_plan, virtual, request.version, virtual_rules),
    )


def plan_as_listed(request: ImageRequest, facts: SourceFacts, rules: SizeRules) -> RenderPlan:
    """The plan; in versions 1 and 2 also of a listed size or tile that viewers name by its width alone, where the
    height that follows from it is more than may be: that of a strip which is one pixel wide after rounding up.
    """
    try:
        return plan(request, facts, rules)
    except BadRequest:
        size = request.size
        if request.version is ApiVersion.V3 or not isinstance(size, WidthSize):
            raise
        listed = listed_of_width(size.width, resolve_region(request.region, facts.extent), facts, rules)
        if listed is None:
            raise
        return plan(replace(request, size=ExactSize(listed.width, listed.height)), facts, rules)
