"""The page of sample requests, for the service as a whole and for each image."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.values import ApiVersion

from ..responses import status_of
from ..runtime import Runtime, current_runtime
from .sample_requests import Offer, sample_groups
from .showing import ShownImage, show, shown_samples
from .site import SPECIFICATIONS, page


@never_cache
@require_safe
def requests(request: HttpRequest, version: str) -> HttpResponse:
    """Requests to learn from and to try, about the image that `identifier` names."""
    runtime, api_version = current_runtime(), ApiVersion(int(version))
    identifier = request.GET.get("identifier", "").strip()
    common = {"version": api_version.value, "specification": SPECIFICATIONS[api_version], "identifier": identifier}
    try:
        context = requests_context(request, runtime, api_version, identifier)
    except IIIFError as error:
        is_served = api_version in runtime.endpoints.versions
        told = common | {"sentence": error.sentence, "is_served": is_served}
        return page(request, "requests.html", runtime, told, status_of(error))
    return page(request, "requests.html", runtime, common | {"is_served": True} | context)


def requests_context(request: HttpRequest, runtime: Runtime, version: ApiVersion, identifier: str) -> dict[str, Any]:
    """What the page shows: an image and requests for it, or images to choose from."""
    runtime.endpoints.check_enabled(version)
    if not identifier:
        return {"samples": shown_samples(request, runtime, version)}
    image = show(request, runtime, version, identifier)
    offer = offer_for(image, runtime, version)
    return {"image": image, "offer": offer, "groups": sample_groups(offer)}


def offer_for(image: ShownImage, runtime: Runtime, version: ApiVersion) -> Offer:
    return Offer(
        version=version,
        facts=image.facts,
        rules=runtime.endpoints.rules,
        capabilities=runtime.capabilities,
    )
