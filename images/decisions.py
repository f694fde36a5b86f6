"""What was decided about a request for a picture, for the next request that is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import IIIFError

from .activity.top_images import top_images
from .cache_argument import CacheUse
from .finding import find
from .runtime import Runtime, current_runtime, with_other_protections

if TYPE_CHECKING:
    from caching.keys import CacheKey
    from iiifserver.iiif.values import Identifier

    from .pipeline import PlannedImage

DECISION = "iiifserver.decision"
"""The name in `request.META` of the `Decision`. No header can have it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which picture answers a request, as long as nothing has changed on which that depends."""

    runtime: Runtime
    generation: int
    """The newest purge at that time."""
    identifier: Identifier
    source: str
    version: str
    """Of the image, as its source had it."""
    key: CacheKey

    def picture(self) -> bytes | None:
        """The picture from a cache; `None` where it is in none, or where the request must be decided anew."""
        runtime = current_runtime()
        if runtime is not self.runtime or runtime.caches.generation != self.generation:
            return None
        try:
            found = find(self.identifier, runtime)
        except IIIFError:
            return None
        if (found.source, found.version) != (self.source, self.version):
            return None
        content = runtime.caches.derivatives.get(self.key)
        if content is None or with_other_protections(runtime) is not None:
            return None
        top_images.count(self.identifier.value)
        return content


def decision_on(planned: PlannedImage, identifier: Identifier, runtime: Runtime, use: CacheUse) -> Decision | None:
    """The decision, where anybody who asks for the same would get the same; `None` where somebody else is asked each
    time: the site's delegate, or a rule that looks at the visitor or the day.
    """
    asks_each_time = runtime.consultation is not None or planned.overlays.may_change_by_itself
    if asks_each_time or use is not CacheUse.USUAL:
        return None
    found = planned.source.found
    return Decision(runtime, planned.generation, identifier, found.source, found.version, planned.key)
