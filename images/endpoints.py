"""Which versions of the Image API are served, and within which limits, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from iiifserver.iiif.errors import EndpointDisabled
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import ApiVersion, SizeRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The settings of the section Endpoints."""

    versions: frozenset[ApiVersion] = frozenset({ApiVersion.V2, ApiVersion.V3})
    rules: SizeRules = SizeRules()
    lenient: frozenset[ApiVersion] = frozenset()
    """The versions of which requests that are too large are answered with what may be made instead of an error."""
    meta_delimiter: str = ";"
    """What stands before a page and before a scale behind an identifier; empty: neither is read."""
    reads_page_arguments: bool = False
    """Whether the arguments `page` and `time` of a query say which page is meant."""
    preferred_formats: tuple[Format, ...] = ()
    """What viewers are told to ask for, the best first."""
    manifests: bool = True
    """Whether there are manifests of images."""
    collections: bool = False
    """Whether there are collections of the folders of sources."""

    def rules_for(self, version: ApiVersion) -> SizeRules:
        """The rules by which a request of this version is answered."""
        return replace(self.rules, is_lenient=True) if version in self.lenient else self.rules

    def check_enabled(self, version: ApiVersion) -> None:
        """Raises `EndpointDisabled` for a version that is switched off."""
        if version not in self.versions:
            raise EndpointDisabled(f"Version {version.value} of the Image API is switched off on this server.")

    def check_manifests(self) -> None:
        """Raises `EndpointDisabled` where there are none, and where no version is served that they could name."""
        if not (self.manifests and self.versions):
            raise EndpointDisabled("Manifests of images are switched off on this server.")

    def check_collections(self) -> None:
        """Raises `EndpointDisabled` where there are none."""
        self.check_manifests()
        if not self.collections:
            raise EndpointDisabled("Collections of folders are switched off on this server.")
