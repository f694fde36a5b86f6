"""What was decided about a request, for the next request that is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from iiifserver.iiif.errors import IIIFError
from iiifserver.watching.work import File

from .activity.top_images import top_images
from .cache_argument import CacheUse
from .finding import find
from .runtime import Runtime, current_runtime, with_other_protections

if TYPE_CHECKING:
    from caching.keys import CacheKey
    from iiifserver.iiif.found import Found
    from iiifserver.iiif.values import Identifier, InfoRequest
    from processors.runtime import SourceImage

    from .pipeline import PlannedImage

DECISION = "iiifserver.decision"
"""The name in `request.META` of the `Decision`. No header can have it."""


class Decision(Protocol):
    """What answers a request, as long as nothing has changed on which that depends."""

    answer_kind: ClassVar[str]
    """What is answered, for the counters."""

    def content(self) -> bytes | None:
        """The answer; `None` where the request must be decided anew."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a decision rests on."""

    runtime: Runtime
    generation: int
    """The newest purge at that time."""
    identifier: Identifier
    source: str
    version: str
    """Of the image, as its source had it."""

    def holds(self) -> bool:
        """Whether all is as it was; the source is asked as often as for any other request."""
        runtime = current_runtime()
        if runtime is not self.runtime or runtime.caches.generation != self.generation:
            return False
        try:
            found = find(self.identifier, runtime)
            runtime.guard.check(File(self.identifier.value, found.version))
        except IIIFError:
            return False
        return (found.source, found.version) == (self.source, self.version)


@dataclass(frozen=True, slots=True)
class PictureDecision:
    """Which picture it is."""

    answer_kind: ClassVar[str] = "image"
    ground: Ground
    key: CacheKey

    def content(self) -> bytes | None:
        """The picture from a cache that has it."""
        if not self.ground.holds():
            return None
        runtime = self.ground.runtime
        content = runtime.caches.derivatives.get(self.key)
        if content is None or with_other_protections(runtime) is not None:
            return None
        top_images.count(self.ground.identifier.value)
        return content


@dataclass(frozen=True, slots=True)
class InfoDecision:
    """What the info.json says of an image that is not read from a working copy."""

    answer_kind: ClassVar[str] = "info"
    ground: Ground
    copy_key: CacheKey | None
    """Under which a working copy would be kept, whose tiles it would tell; `None` where none may be."""
    body: bytes

    def content(self) -> bytes | None:
        return self.body if self.ground.holds() and not self.has_copy_now() else None

    def has_copy_now(self) -> bool:
        runtime = self.ground.runtime
        store = runtime.copies.store
        if store is None or self.copy_key is None:
            return False
        return store.find(self.copy_key, runtime.caches.purges) is not None


def decision_on_picture(
    planned: PlannedImage, identifier: Identifier, runtime: Runtime, use: CacheUse
) -> Decision | None:
    """The decision, where anybody who asks for the same would get the same; `None` where somebody else is asked each
    time: the site's delegate, or a rule that looks at the visitor or the day.
    """
    if planned.overlays.may_change_by_itself or not is_for_everybody(runtime, use):
        return None
    return PictureDecision(ground_of(planned.source.found, planned.generation, identifier, runtime), planned.key)


def decision_on_info(
    source: SourceImage, request: InfoRequest, runtime: Runtime, use: CacheUse, generation: int, body: bytes
) -> Decision | None:
    """Likewise; `None` also for an image that is read from its working copy."""
    found, copies = source.found, runtime.copies
    if source.version != found.version or not is_for_everybody(runtime, use):
        return None
    may_have_one = copies.store is not None and copies.rules.may_have_one(source.facts)
    copy_key = copies.key_of(found, request.identifier.value, request.page) if may_have_one else None
    return InfoDecision(ground_of(found, generation, request.identifier, runtime), copy_key, body)


def is_for_everybody(runtime: Runtime, use: CacheUse) -> bool:
    return runtime.consultation is None and use is CacheUse.USUAL


def ground_of(found: Found, generation: int, identifier: Identifier, runtime: Runtime) -> Ground:
    return Ground(runtime, generation, identifier, found.source, found.version)
