"""Which versions of the Image API are served, and within which limits, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from iiifserver.iiif.errors import EndpointDisabled
from iiifserver.iiif.values import ApiVersion, Extent, SizeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The settings of the section Endpoints."""

    versions: frozenset[ApiVersion] = frozenset(ApiVersion)
    rules: SizeRules = SizeRules()
    default_tile: Extent = Extent(512, 512)

    def check_enabled(self, version: ApiVersion) -> None:
        """Raises `EndpointDisabled` for a version that is switched off."""
        if version not in self.versions:
            raise EndpointDisabled(f"Version {version.value} of the Image API is switched off on this server.")
