"""An image that is given out smaller than it is: what a scale constraint in a meta-identifier asks for.

Information and requests are about the smaller, virtual image; processors know only the real one.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from .geometry import half_up, scaled
from .values import FULL_SCALE, Box, Extent, Level, RenderPlan, SizeRules, SourceFacts


def reduced_facts(facts: SourceFacts, scale: Fraction) -> SourceFacts:
    """The facts of the virtual image; its tiles are those of the stored level of just its size, if there is one."""
    if scale == FULL_SCALE:
        return facts
    width, height = (
        scaled(length, scale.numerator, scale.denominator) for length in (facts.extent.width, facts.extent.height)
    )
    extent = Extent(width, height)
    return replace(facts, extent=extent, levels=_levels_from(extent, facts.levels))


def reduced_rules(rules: SizeRules, scale: Fraction) -> SizeRules:
    """The rules for the virtual image, which is never enlarged."""
    return rules if scale == FULL_SCALE else replace(rules, allows_upscaling=False, max_scale=None, is_reduced=True)


def of_the_real_image(plan: RenderPlan, virtual: Extent, real: Extent) -> RenderPlan:
    """The same picture, its region in pixels of the real image; regions that touch still do."""
    if virtual == real:
        return plan
    left, right = (half_up(x * real.width, virtual.width) for x in (plan.box.x, plan.box.right))
    top, bottom = (half_up(y * real.height, virtual.height) for y in (plan.box.y, plan.box.bottom))
    return replace(plan, box=Box(left, top, right - left, bottom - top))


def _levels_from(extent: Extent, levels: tuple[Level, ...]) -> tuple[Level, ...]:
    for index, level in enumerate(levels):
        if level.extent == extent:
            return levels[index:]
    return ()
