"""Which versions of the Image API are served, and within which limits, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from iiifserver.iiif.errors import EndpointDisabled
from iiifserver.iiif.info import Statements
from iiifserver.iiif.values import ApiVersion, SizeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The settings of the section Endpoints."""

    versions: frozenset[ApiVersion] = frozenset({ApiVersion.V2, ApiVersion.V3})
    rules: SizeRules = SizeRules()
    meta_delimiter: str = ";"
    """What stands before a page and before a scale behind an identifier; empty: neither is read."""
    reads_page_arguments: bool = False
    """Whether the arguments `page` and `time` of a query say which page is meant."""
    statements: Statements = Statements()

    def check_enabled(self, version: ApiVersion) -> None:
        """Raises `EndpointDisabled` for a version that is switched off."""
        if version not in self.versions:
            raise EndpointDisabled(f"Version {version.value} of the Image API is switched off on this server.")
