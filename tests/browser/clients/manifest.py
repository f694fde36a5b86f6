"""The least manifest around image services (Presentation API 3.0), for viewers that open nothing less."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def manifest_of(address: str, services: Iterable[tuple[str, int, int]]) -> dict[str, Any]:
    """A manifest with a canvas for each service: its address, whose version stands in it, its width and height."""
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": address,
        "type": "Manifest",
        "label": {"en": ["A test"]},
        "items": [canvas_of(f"{address}#{number}", *service) for number, service in enumerate(services, start=1)],
    }


def canvas_of(address: str, service: str, width: int, height: int) -> dict[str, Any]:
    extent = {"width": width, "height": height}
    body = {
        "id": f"{service}/full/max/0/default.jpg",
        "type": "Image",
        "format": "image/jpeg",
        **extent,
        "service": [service_block(service)],
    }
    painting = {
        "id": f"{address}-annotation",
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": address,
    }
    page = {"id": f"{address}-page", "type": "AnnotationPage", "items": [painting]}
    return {"id": address, "type": "Canvas", "label": {"en": ["A picture"]}, **extent, "items": [page]}


def service_block(service: str) -> dict[str, str]:
    if "/iiif/3/" in service:
        return {"id": service, "type": "ImageService3", "profile": "level2"}
    return {"@id": service, "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"}
