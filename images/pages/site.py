"""What every page of the site shows around its own words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

import iiifserver
from iiifserver.iiif.values import ApiVersion

from ..endpoints import Endpoints
from ..runtime import Runtime

SPECIFICATIONS = {ApiVersion.V3: "3.0", ApiVersion.V2: "2.1.1", ApiVersion.V1: "1.1"}
"""The versions of the Image API as the standard numbers them, the one to prefer first."""


def page(
    request: HttpRequest, template: str, runtime: Runtime, context: dict[str, Any], status: int = HTTPStatus.OK
) -> HttpResponse:
    """The page, with what the heading and the foot of every page need."""
    around = {
        "served": [(version.value, SPECIFICATIONS[version]) for version in served_versions(runtime.endpoints)],
        "release": iiifserver.__version__,
    }
    return render(request, f"iiif_images/{template}", around | context, status=status)


def served_versions(endpoints: Endpoints) -> list[ApiVersion]:
    """The versions that are switched on, the one to prefer first."""
    return [version for version in SPECIFICATIONS if version in endpoints.versions]
